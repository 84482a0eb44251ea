//! Runs a machine.
