//! What five public texts say, typed into offices that are cut off now and then, and read at the province through the API.

mod ca_mau;
mod cao_bang;
mod long_bien;
mod rig;
mod thai_nguyen;
mod thanh_khe;
