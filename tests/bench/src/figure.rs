//! Figures beside their goals.

use serde_json::{Value, json};

/// One figure.
#[derive(Debug, Clone)]
struct Figure {
    table: &'static str,
    name: String,
    value: f64,
    unit: &'static str,
    goal: Option<f64>,
}

/// All figures of one run of the program.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Figure>);

impl Report {
    /// Takes a figure that has a goal: it is met when the value is no larger.
    pub(crate) fn goal(
        &mut self,
        table: &'static str,
        name: impl Into<String>,
        (value, unit): (f64, &'static str),
        goal: f64,
    ) {
        self.0.push(Figure { table, name: name.into(), value, unit, goal: Some(goal) });
    }

    /// Takes a figure that stands for itself.
    pub(crate) fn plain(&mut self, table: &'static str, name: impl Into<String>, (value, unit): (f64, &'static str)) {
        self.0.push(Figure { table, name: name.into(), value, unit, goal: None });
    }

    /// Prints tables, as they stand in the README, or one JSON object.
    pub(crate) fn print(&self, as_json: bool) {
        if as_json {
            let rows: Vec<Value> = self.0.iter().map(Figure::to_json).collect();
            println!("{}", json!({ "figures": rows }));
            return;
        }
        let mut last = "";
        for figure in &self.0 {
            if figure.table != last {
                println!("\n| {} | measured | goal | |\n| --- | --- | --- | --- |", figure.table);
                last = figure.table;
            }
            println!("{}", figure.to_row());
        }
    }
}

impl Figure {
    fn met(&self) -> Option<bool> {
        self.goal.map(|goal| self.value <= goal)
    }

    fn to_row(&self) -> String {
        let goal = self.goal.map_or(String::new(), |goal| format!("{} {}", round(goal), self.unit));
        let met = self.met().map_or("", |met| if met { "met" } else { "**missed**" });
        format!("| {} | {} {} | {goal} | {met} |", self.name, round(self.value), self.unit)
    }

    fn to_json(&self) -> Value {
        json!({ "table": self.table, "name": self.name, "value": self.value, "unit": self.unit,
            "goal": self.goal, "met": self.met() })
    }
}

fn round(value: f64) -> String {
    if value >= 100.0 || value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// The middle of several runs; 0 of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The value below which this share of the runs lies.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
    sorted.get(place).copied().unwrap_or_default()
}
