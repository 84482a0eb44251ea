//! What the view promises to offices and pages.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod bulletin;
#[cfg(test)]
mod commune;
#[cfg(test)]
mod desks;
#[cfg(test)]
mod folding;
#[cfg(test)]
mod issues;
#[cfg(test)]
mod overview;
#[cfg(test)]
mod people;
#[cfg(test)]
mod search;
#[cfg(test)]
mod sentences;
#[cfg(test)]
mod units;
#[cfg(test)]
mod world;
