//! How a program logs: to standard error, as lines or as JSON.

use std::io::IsTerminal;
use std::str::FromStr;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// The shape of a log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shape {
    /// One readable line per event.
    #[default]
    Lines,
    /// One JSON object per event.
    Json,
}

impl FromStr for Shape {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "lines" => Ok(Self::Lines),
            "json" => Ok(Self::Json),
            _ => Err("lines | json"),
        }
    }
}

/// Whether a text is a level filter, such as `info` or `warn,hopluu_sync=debug`.
///
/// # Errors
/// Says what would be one.
pub fn check_level(text: &str) -> Result<(), String> {
    let known = text.parse::<Targets>().is_ok_and(|_| !text.trim().is_empty());
    if known { Ok(()) } else { Err("error | warn | info | debug | trace, or target=level,...".to_owned()) }
}

/// Begins to log. A second call changes nothing, so that a program may start another one inside itself.
///
/// A level that cannot be read counts as `info`: check it before.
pub fn start(level: &str, shape: Shape) {
    let targets: Targets = level.parse().unwrap_or_else(|_| Targets::new().with_default(tracing::Level::INFO));
    let layer = fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let layer = match shape {
        Shape::Lines => layer.with_target(false).boxed(),
        Shape::Json => layer.json().flatten_event(true).boxed(),
    };
    // Fails only when logging has begun already.
    let _ = tracing_subscriber::registry().with(layer.with_filter(targets)).try_init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_checked_before_they_are_used() {
        assert_eq!(check_level("warn,hopluu_sync=debug"), Ok(()));
        assert!(check_level("info=loud=very").is_err());
        assert!(check_level("").is_err());
    }
}
