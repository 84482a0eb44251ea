//! Charts as SVG: drawn by a library in colours of no meaning, which become classes of the style sheet, so that they
//! follow light, dark and paper. What a chart shows stands in the table beside it as well.

use std::fmt::Display;

use hopluu_view::query::Week;
use plotters::coord::Shift;
use plotters::prelude::{
    ChartBuilder, Circle, DashedLineSeries, DrawingArea, IntoDrawingArea, IntoFont, LineSeries, RGBColor, Rectangle,
    SVGBackend, Text, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, ShapeStyle};

/// Colours that only name a class: (what is drawn, class).
const PENS: [(Pen, &str); 6] = [
    (Pen(1), "p-ink"),
    (Pen(2), "p-soft"),
    (Pen(3), "p-rule"),
    (Pen(4), "p-one"),
    (Pen(5), "p-two"),
    (Pen(6), "p-three"),
];
const INK: Pen = Pen(1);
const SOFT: Pen = Pen(2);
const RULE: Pen = Pen(3);
const ONE: Pen = Pen(4);
const TWO: Pen = Pen(5);
const THREE: Pen = Pen(6);

const WIDTH: u32 = 720;
const SIZE: u32 = 16;
/// Where bars begin, in units of the picture.
const LABELS: i32 = 250;
/// Where they end at most; their figure stands behind.
const BARS: i32 = 640;
const ROW: i32 = 30;
/// Letters of a label; the table has the whole name.
const LETTERS: usize = 34;

/// A colour that stands for a class of the style sheet.
#[derive(Clone, Copy, PartialEq)]
struct Pen(u8);

impl Pen {
    fn colour(self) -> RGBColor {
        RGBColor(self.0, self.0, self.0)
    }

    fn hex(self) -> String {
        format!("#{0:02X}{0:02X}{0:02X}", self.0)
    }

    fn text(self, at: Pos) -> TextStyle<'static> {
        let style = TextStyle::from(("sans-serif", SIZE).into_font()).pos(at);
        TextStyle { color: self.colour().to_backend_color(), ..style }
    }
}

/// A bar: what it stands for, all of it, and the part that is open.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) all: u32,
    pub(super) open: u32,
}

/// Bars below each other, each with the open part filled; empty where there is nothing to compare.
pub(super) fn bars(rows: &[Bar], figure: impl Fn(u32) -> String) -> String {
    let most = rows.iter().map(|row| row.all).max().unwrap_or(0);
    if most == 0 || rows.len() < 2 {
        return String::new();
    }
    let height = u32::try_from(rows.len()).unwrap_or(1) * u32::try_from(ROW).unwrap_or(1) + 8;
    drawn(height, |area| {
        let length =
            |count: u32| i32::try_from(i64::from(BARS - LABELS) * i64::from(count) / i64::from(most)).unwrap_or(0);
        for (row, top) in rows.iter().zip((4..).step_by(usize::try_from(ROW).unwrap_or(1))) {
            let (middle, bottom) = (top + ROW / 2, top + ROW - 8);
            let right = Pos::new(HPos::Right, VPos::Center);
            area.draw(&Text::new(short(&row.name), (LABELS - 10, middle - 3), INK.text(right)))?;
            let frame = ShapeStyle::from(&ONE.colour()).stroke_width(1);
            area.draw(&Rectangle::new([(LABELS, top), (LABELS + length(row.all).max(1), bottom)], frame))?;
            area.draw(&Rectangle::new([(LABELS, top), (LABELS + length(row.open), bottom)], ONE.colour().filled()))?;
            let left = Pos::new(HPos::Left, VPos::Center);
            let said = format!("{} / {}", figure(row.open), figure(row.all));
            area.draw(&Text::new(said, (LABELS + length(row.all) + 8, middle - 3), SOFT.text(left)))?;
        }
        Ok(())
    })
}

/// Reported, answered and solved by week: three lines that differ in dashes as well as in colour.
pub(super) fn trend(weeks: &[Week], day: impl Fn(&Week) -> String) -> String {
    let most = weeks.iter().flat_map(|week| [week.reported, week.answered, week.solved]).max().unwrap_or(0);
    if most == 0 || weeks.len() < 2 {
        return String::new();
    }
    let last = weeks.len() - 1;
    drawn(280, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .margin_right(40)
            .x_label_area_size(30)
            .y_label_area_size(56)
            .build_cartesian_2d(0..last, 0..most + most.div_ceil(10))?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(RULE.colour().stroke_width(0))
            .bold_line_style(RULE.colour())
            .axis_style(SOFT.colour())
            .label_style(SOFT.text(Pos::new(HPos::Left, VPos::Top)))
            .x_labels(7)
            .y_labels(5)
            .x_label_formatter(&|place| weeks.get(*place).map(&day).unwrap_or_default())
            .draw()?;
        let line = |of: fn(&Week) -> u32| weeks.iter().map(of).enumerate().collect::<Vec<_>>();
        let (reported, answered, solved) =
            (line(|week| week.reported), line(|week| week.answered), line(|week| week.solved));
        chart.draw_series(LineSeries::new(reported.iter().copied(), ONE.colour().stroke_width(3)))?;
        chart.draw_series(DashedLineSeries::new(answered, 9, 5, TWO.colour().stroke_width(3)))?;
        chart.draw_series(DashedLineSeries::new(solved, 2, 5, THREE.colour().stroke_width(3)))?;
        chart.draw_series(reported.into_iter().map(|at| Circle::new(at, 3, ONE.colour().filled())))?;
        Ok(())
    })
}

/// The key of the lines: how each is drawn.
pub(super) fn sample(place: usize) -> String {
    drawn_at((56, 14), |area| {
        let line =
            |from: i32, to: i32, pen: Pen| area.draw(&Rectangle::new([(from, 5), (to, 8)], pen.colour().filled()));
        match place {
            0 => line(0, 56, ONE)?,
            1 => (0..4).try_for_each(|dash| line(dash * 15, dash * 15 + 9, TWO))?,
            _ => (0..8).try_for_each(|dot| line(dot * 7, dot * 7 + 3, THREE))?,
        }
        Ok(())
    })
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Fault = Box<dyn std::error::Error>;

fn drawn(height: u32, draw: impl FnOnce(&Area<'_>) -> Result<(), Fault>) -> String {
    drawn_at((WIDTH, height), draw)
}

/// A picture as markup for the page; empty when it cannot be drawn, for the table says the same.
fn drawn_at(size: (u32, u32), draw: impl FnOnce(&Area<'_>) -> Result<(), Fault>) -> String {
    let mut svg = String::new();
    let done = {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw(&area).map_err(|error| error.to_string()).and_then(|()| area.present().map_err(|error| said(&error)))
    };
    if let Err(error) = done {
        tracing::error!(error, "a chart cannot be drawn");
        return String::new();
    }
    classed(&svg)
}

fn said(error: &impl Display) -> String {
    error.to_string()
}

/// Puts classes in place of colours and fonts, which are the style sheet's.
fn classed(svg: &str) -> String {
    let mut text = svg.replace(" font-family=\"sans-serif\"", "").replace(" opacity=\"1\"", "");
    for (pen, class) in PENS {
        for what in ["fill", "stroke"] {
            let letter = if what == "fill" { "f" } else { "s" };
            text = text.replace(&format!("{what}=\"{}\"", pen.hex()), &format!("class=\"{letter} {class}\""));
        }
    }
    text
}

fn short(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    let cut: String = name.chars().take(LETTERS - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(name: &str, all: u32, open: u32) -> Bar {
        Bar { name: name.into(), all, open }
    }

    #[test]
    fn a_chart_has_no_colours_of_its_own_and_its_names_are_text() {
        let svg =
            bars(&[bar("<script>alert(1)</script>", 5, 2), bar("Đất đai & nhà ở", 3, 3)], |n| n.to_string());
        assert!(svg.starts_with("<svg") && svg.contains("class=\"f p-one\"") && svg.contains("2 / 5"));
        assert!(!svg.contains('#') && !svg.contains("<script") && svg.contains("&amp;"), "{svg}");
    }

    #[test]
    fn nothing_to_compare_is_no_chart() {
        assert_eq!(bars(&[], |n| n.to_string()), "");
        assert_eq!(bars(&[bar("một", 5, 2)], |n| n.to_string()), "");
        assert_eq!(bars(&[bar("một", 0, 0), bar("hai", 0, 0)], |n| n.to_string()), "");
    }

    #[test]
    fn long_names_are_cut_between_letters() {
        assert_eq!(short(&"ệ".repeat(60)).chars().count(), LETTERS);
        assert_eq!(short("Trụ sở"), "Trụ sở");
    }
}
