//! Slowing down whoever guesses, without shutting out whoever knows.
//!
//! Wrong tries count for the name that was typed, whether an account has it or not, and for the address they come from.
//! After some tries that cost nothing each further one waits twice as long as the one before, never more than a minute;
//! one try is forgiven every five minutes. Everything is measured in ticks of this run: the wall clock of a box may
//! jump by years. Somebody who signs in from an address where the same account is signed in already has a count of
//! their own there, so that a stranger who hammers at a name does not keep its owner out.

use std::collections::BTreeMap;
use std::net::IpAddr;

use hopluu_model::Tick;

/// Tries per name that cost no waiting.
const FREE_PER_NAME: u32 = 4;
/// Tries per address that cost no waiting: a whole office may share one.
const FREE_PER_ADDRESS: u32 = 12;
const FIRST_WAIT_MS: u64 = 1_000;
const LONGEST_WAIT_MS: u64 = 60_000;
/// One try is forgiven after each.
const FORGIVEN_MS: u64 = 300_000;
/// Names and addresses that are counted at once; the one that tried longest ago is forgotten first.
const COUNTED: usize = 2_000;

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    last: Tick,
}

/// Who tried how often.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    tries: BTreeMap<String, Tries>,
}

/// What one try counts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Try {
    name: String,
    address: String,
}

impl Try {
    /// A try for a name from an address; `known` when the name is signed in from there.
    pub(crate) fn new(name: &str, address: IpAddr, known: bool) -> Self {
        let address = format!("@{}", network(address));
        let name = if known { format!("{name}{address}") } else { name.to_owned() };
        Self { name: format!("={name}"), address }
    }
}

impl Throttle {
    /// Counts a try, before it is known how it ends, so that tries side by side count too.
    ///
    /// # Errors
    /// The seconds to wait before a try is looked at at all.
    pub(crate) fn begin(&mut self, now: Tick, tried: &Try) -> Result<(), u64> {
        let wait = self.wait(now, &tried.name, FREE_PER_NAME).max(self.wait(now, &tried.address, FREE_PER_ADDRESS));
        if wait > 0 {
            return Err(wait.div_ceil(1_000));
        }
        self.count(now, &tried.name);
        self.count(now, &tried.address);
        Ok(())
    }

    /// The try was right: the name starts anew, the address gets this one back.
    pub(crate) fn right(&mut self, tried: &Try) {
        self.tries.remove(&tried.name);
        self.give_back(&tried.address);
    }

    /// The try was not looked at.
    pub(crate) fn give_up(&mut self, tried: &Try) {
        self.give_back(&tried.name);
        self.give_back(&tried.address);
    }

    fn give_back(&mut self, key: &str) {
        if let Some(tries) = self.tries.get_mut(key) {
            tries.count = tries.count.saturating_sub(1);
        }
    }

    fn standing(&self, now: Tick, key: &str) -> Tries {
        let tries = self.tries.get(key).copied().unwrap_or(Tries { count: 0, last: now });
        let forgiven = u32::try_from(now.since(tries.last) / FORGIVEN_MS).unwrap_or(u32::MAX);
        Tries { count: tries.count.saturating_sub(forgiven), ..tries }
    }

    fn wait(&self, now: Tick, key: &str, free: u32) -> u64 {
        let tries = self.standing(now, key);
        let Some(over) = tries.count.checked_sub(free) else { return 0 };
        let wait = FIRST_WAIT_MS.checked_shl(over).unwrap_or(LONGEST_WAIT_MS).min(LONGEST_WAIT_MS);
        wait.saturating_sub(now.since(tries.last))
    }

    fn count(&mut self, now: Tick, key: &str) {
        let count = self.standing(now, key).count.saturating_add(1).min(64);
        if !self.tries.contains_key(key) && self.tries.len() >= COUNTED {
            let oldest = self.tries.iter().min_by_key(|(_, tries)| tries.last).map(|(key, _)| key.clone());
            self.tries.remove(&oldest.unwrap_or_default());
        }
        self.tries.insert(key.to_owned(), Tries { count, last: now });
    }
}

/// Whoever has one IPv6 address usually has a whole /64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 1, 7));

    #[test]
    fn waiting_grows_to_a_minute_and_not_further() {
        let (mut throttle, mut now) = (Throttle::default(), Tick(0));
        let tried = Try::new("lan", HOME, false);
        let mut waits = Vec::new();
        for _ in 0..14 {
            if let Err(wait) = throttle.begin(now, &tried) {
                waits.push(wait);
                assert_eq!(throttle.begin(now, &tried), Err(wait), "asking again makes it no longer");
                now = now.plus(wait * 1_000);
                assert_eq!(throttle.begin(now, &tried), Ok(()));
            }
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        throttle.right(&tried);
        assert_eq!(throttle.begin(now, &Try::new("lan", "10.0.0.1".parse().expect("an address"), false)), Ok(()));
    }

    #[test]
    fn a_stranger_does_not_keep_the_owner_out() {
        let (mut throttle, now) = (Throttle::default(), Tick(0));
        for host in 1..=9u8 {
            let _ = throttle.begin(now, &Try::new("lan", IpAddr::from([10, 0, 0, host]), false));
        }
        assert!(throttle.begin(now, &Try::new("lan", HOME, false)).is_err(), "the name waits");
        assert_eq!(throttle.begin(now, &Try::new("lan", HOME, true)), Ok(()), "but not where it is at home");
    }

    #[test]
    fn an_address_that_tries_many_names_waits_and_time_forgives() {
        let (mut throttle, now) = (Throttle::default(), Tick(5));
        let tries: Vec<bool> =
            (0..20).map(|n| throttle.begin(now, &Try::new(&format!("n{n}"), HOME, false)).is_ok()).collect();
        assert_eq!(tries.iter().filter(|tried| **tried).count(), 12);
        let same_house: IpAddr = "2001:db8::1".parse().expect("an address");
        assert_eq!(Try::new("a", same_house, false), Try::new("a", "2001:db8::ff".parse().expect("an address"), false));
        assert_eq!(Try::new("a", HOME, false), Try::new("a", "::ffff:192.168.1.7".parse().expect("one"), false));
        let later = now.plus(FORGIVEN_MS * 12);
        assert_eq!(throttle.begin(later, &Try::new("lan", HOME, false)), Ok(()));
    }

    #[test]
    fn a_flood_of_names_is_forgotten_oldest_first() {
        let mut throttle = Throttle::default();
        for n in 0..3_000u16 {
            let [high, low] = n.to_be_bytes();
            let _ =
                throttle.begin(Tick(u64::from(n)), &Try::new(&n.to_string(), IpAddr::from([10, 0, high, low]), false));
        }
        assert_eq!(throttle.tries.len(), COUNTED);
    }
}
