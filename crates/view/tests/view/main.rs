//! What the view promises to offices and pages.

#[cfg(test)]
mod folding;
#[cfg(test)]
mod search;
#[cfg(test)]
mod sentences;
#[cfg(test)]
mod world;
