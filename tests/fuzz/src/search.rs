//! The search: libFuzzer leads, our own mutations help it over lengths and joints.

use std::sync::OnceLock;

use hopluu_fuzz::mutation::mutate;
use hopluu_fuzz::noise::Noise;
use hopluu_fuzz::{Target, find};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|input: &[u8]| try_one(input));

fuzz_mutator!(|data: &mut [u8], size: usize, longest: usize, seed: u32| {
    let mut noise = Noise::new(u64::from(seed));
    if noise.below(3) > 0 {
        fuzzer_mutate(data, size, longest)
    } else {
        let mut bytes = data[..size].to_vec();
        let seeds = seeds();
        let other = seeds.get(noise.below(seeds.len())).map(Vec::as_slice).unwrap_or_default();
        mutate(&mut noise, &mut bytes, other);
        let len = bytes.len().min(longest).min(data.len());
        data[..len].copy_from_slice(&bytes[..len]);
        len
    }
});

/// A finding ends the program with its words; panics that the house catches by itself are none.
fn try_one(input: &[u8]) {
    if let Err(words) = hopluu_fuzz::trial::attempt(target(), input) {
        eprintln!("FINDING in {}: {words}", target().name);
        std::process::abort();
    }
}

fn target() -> &'static Target {
    static TARGET: OnceLock<&'static Target> = OnceLock::new();
    TARGET.get_or_init(|| {
        // libFuzzer leaves alone what begins with two dashes.
        let name = std::env::args().find_map(|argument| Some(argument.strip_prefix("--target=")?.to_owned()));
        name.as_deref().and_then(find).expect("--target=<one of the list>")
    })
}

fn seeds() -> &'static [Vec<u8>] {
    static SEEDS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    SEEDS.get_or_init(|| (target().seeds)())
}
