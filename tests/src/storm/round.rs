//! One round: raise a province, let people type in bad weather, clear the sky, and look.

use std::fmt;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::dice::Dice;
use super::kinds::{Kind, Phase};
use super::oracle::{all_is_well, nothing_ahead};
use super::people::{Person, SHARED_UNIT, Typed, pace};
use super::world::{NAMES, World};
use crate::process::Place;

/// Between two looks at something that is waited for.
const LOOK: Duration = Duration::from_millis(150);

/// What is to be tried.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The weather.
    pub kind: Kind,
    /// Decides phases, datagrams and edits.
    pub seed: u64,
    /// How long the weather is bad.
    pub storm: Duration,
    /// How long people rest between two edits.
    pub busy: Duration,
    /// How long it may take after the storm until all is well.
    pub patience: Duration,
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Report {
    /// Edits that were answered as saved.
    pub edits: usize,
    /// How long it took after the storm until all was well.
    pub healed: Duration,
    /// Questions whether a sentence ran ahead.
    pub looks: usize,
    /// What the line did.
    pub traffic: String,
}

/// What went wrong, and where to look.
#[derive(Debug)]
pub struct Failure {
    /// What was tried.
    pub plan: Plan,
    /// What was not so.
    pub what: String,
    /// The phases as they were lived.
    pub log: String,
    /// Data directories and logs.
    pub kept: PathBuf,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { kind, seed, storm, .. } = self.plan;
        writeln!(f, "{kind} with seed {seed} and a storm of {} ms: {}", storm.as_millis(), self.what)?;
        writeln!(f, "again: cargo xtask line --kind {kind} --seed {seed} --rounds 1 --storm-ms {}", storm.as_millis())?;
        write!(f, "the line:\n{}directories and logs: {}", self.log, self.kept.display())
    }
}

impl std::error::Error for Failure {}

/// Runs one round.
///
/// # Errors
/// When something was lost, unequal, said too early or did not heal in time.
///
/// # Panics
/// When the province cannot even be set up.
pub fn run(plan: Plan) -> Result<Report, Box<Failure>> {
    let mut world = World::raise(plan.seed, plan.kind.idle_s()).expect("loopback gives sockets");
    let mut log = String::new();
    let done = storm(&world, plan, &mut log).and_then(|(typed, looks)| {
        let edits = typed.iter().map(|typed| typed.saved.len()).sum();
        heal(&world, plan, &typed).map(|healed| Report { edits, healed, looks, traffic: world.traffic() })
    });
    let done = if world.all_up() { done } else { done.and(Err("a program ended by itself".to_owned())) };
    done.map_err(|what| {
        let _ = writeln!(log, "{}", world.traffic());
        Box::new(Failure { plan, what, log, kept: world.keep() })
    })
}

/// People type and the line is bad.
fn storm(world: &World, plan: Plan, log: &mut String) -> Result<(Vec<Typed>, usize), String> {
    let offices = world.offices();
    let args = json!({ "name": SHARED_UNIT, "kind": "to_dan_pho", "households": 100 });
    offices[1].ask("unit.add", args, None)?;
    shown_everywhere(world)?;
    std::thread::scope(|scope| {
        let (mut stops, mut people) = (Vec::new(), Vec::new());
        for (number, office) in offices.into_iter().enumerate() {
            let (stop, until) = mpsc::channel::<()>();
            stops.push(stop);
            people.push(scope.spawn(move || Person::new(number, office, plan.seed, pace(plan.busy)).work(&until)));
        }
        let (stop, until) = mpsc::channel::<()>();
        stops.push(stop);
        let watch = scope.spawn(move || watch(offices, &until));
        let began = Instant::now();
        for phase in plan.kind.phases(&mut Dice::new(plan.seed, "phases"), plan.storm) {
            write_down(log, began.elapsed(), &phase);
            world.live(&phase);
        }
        world.clear();
        drop(stops);
        let typed = people.into_iter().map(|person| person.join().expect("people end well")).collect();
        Ok((typed, watch.join().expect("the watch ends well")?))
    })
}

/// Asks again and again whether a sentence runs ahead.
fn watch(offices: [&Place; 3], until: &mpsc::Receiver<()>) -> Result<usize, String> {
    let [desk, houses @ ..] = offices;
    let mut looks = 0;
    while until.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Timeout) {
        nothing_ahead(houses[looks % 2], desk)?;
        looks += 1;
    }
    Ok(looks)
}

/// The shared unit must be there before anybody corrects it.
fn shown_everywhere(world: &World) -> Result<(), String> {
    let bound = Duration::from_secs(60);
    wait(world, bound, || {
        for (office, name) in world.offices().iter().zip(NAMES) {
            let units = office.ask("unit.list", json!({ "commune": crate::province::SONG_CONG }), None)?;
            if !units.to_string().contains(SHARED_UNIT) {
                return Ok(Some(format!("{name} does not show the shared unit")));
            }
        }
        Ok(None)
    })
    .map(drop)
}

fn heal(world: &World, plan: Plan, typed: &[Typed]) -> Result<Duration, String> {
    let healed = wait(world, plan.patience, || {
        let [desk, a, b] = world.offices();
        nothing_ahead(a, desk)?;
        nothing_ahead(b, desk)?;
        Ok(all_is_well(world.offices(), typed).err())
    })?;
    if !world.came(plan.kind) {
        return Err(format!("the weather never came: {}", world.traffic()));
    }
    for (typed, name) in typed.iter().zip(NAMES) {
        if let Some(said) = typed.refused.first() {
            return Err(format!("{name} refused {} edits, first: {said}", typed.refused.len()));
        }
    }
    Ok(healed)
}

/// Looks until nothing is said to be wrong; gives how long it took. What may never be ends the wait at once.
fn wait(world: &World, bound: Duration, look: impl Fn() -> Result<Option<String>, String>) -> Result<Duration, String> {
    let began = Instant::now();
    while let Some(what) = look()? {
        if began.elapsed() > bound {
            return Err(format!("not well after {} s: {what}", bound.as_secs()));
        }
        world.pass(LOOK);
    }
    Ok(began.elapsed())
}

fn write_down(log: &mut String, at: Duration, phase: &Phase) {
    let whose = phase.whose.and_then(|number| NAMES.get(number)).unwrap_or(&"all");
    let port = if phase.new_address { " new port" } else { "" };
    let (up, down) = (phase.weather.up, phase.weather.down);
    let _ = writeln!(log, "  {:>6} ms {whose}{port} up {up:?} down {down:?}", at.as_millis());
}

#[cfg(test)]
mod tests {
    use super::super::people::Saved;
    use super::*;

    /// A judge that says yes to everything would pass every round.
    #[test]
    fn what_was_never_written_is_missed() {
        let world = World::raise(1, 2).expect("loopback gives sockets");
        let offices = world.offices();
        let args = json!({ "category": "tru_so", "cause": "chua_ro", "text": "Có thật" });
        let said = offices[1].ask("issue.report", args, None).expect("it is saved");
        let code = said["code"].as_str().expect("a code").to_owned();
        let typed = |saved: &[Saved]| [Typed::default(), Typed { saved: saved.to_vec(), refused: Vec::new() }];
        let real = Saved::Issue { code: code.clone(), text: "Có thật".to_owned() };
        let well = || Ok(all_is_well(offices, &typed(std::slice::from_ref(&real))).err());
        wait(&world, Duration::from_secs(60), well).expect("what is there is found");
        for unreal in [
            Saved::Issue { code: code.clone(), text: "Không có".to_owned() },
            Saved::Event { code, event: "Không có".to_owned() },
            Saved::Unit { id: "0".to_owned(), name: "Không có".to_owned() },
        ] {
            let missed = all_is_well(offices, &typed(&[unreal])).expect_err("it is nowhere");
            assert!(missed.starts_with("LOST"), "{missed}");
        }
        let twice = all_is_well(offices, &typed(&[real.clone(), real])).expect_err("one change is no two");
        assert!(twice.contains("as all count them"), "{twice}");
    }
}
