//! What people at a desk may do with accounts, drafts and the trail, on an office in memory.

mod accounts;
mod drafts;
mod rig;
mod sessions;
mod signing;
mod totp;
mod trail;
