//! End-to-end tests of the real programs; see `e2e/`.
