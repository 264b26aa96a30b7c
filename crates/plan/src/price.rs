//! Shadow prices: what one more unit of a capacity, an item at a site, or a lane would be worth.
//!
//! # Formula
//! At an optimal basis B a right-hand side that grows by one moves the basic variables by the
//! column of B⁻¹, so any quantity that is linear in the variables, with coefficients c, moves by
//!
//! ```text
//! y_r = (B⁻ᵀ c_B)_r            per unit of row r
//! d_j = c_j − y' A_j           per unit of the bound of a column j that stands at it
//! ```
//!
//! The same basis prices everything: money (c the costs), deliveries (c the units open at the
//! end) and lateness (c the open units of all periods).
//!
//! One more unit of a resource also gives the runs of an open line more room in the row that would
//! keep it shut, so the price of that row counts with it.
//!
//! # Limits
//! A price holds for the first units, as far as the basis stays optimal, and at a plan that is
//! degenerate a unit less may cost more than a unit more gains. Prices do not add up.
//!
//! A price may be negative where priorities come one after the other. One more unit on a line lets it
//! take a scarce part for an urgent demand in time; another line, which would have had that part,
//! then serves a less urgent demand later or never. That is better by priorities, and still one
//! delivery less, more open unit-periods, or more cost, for these count all priorities alike.

use darsena_milp::{Column, Program, Row, SolveError, Solver};

use crate::formulate::{At, Layout, at, row_at};
use crate::network::Network;
use crate::plan::{Price, Priced};

/// Prices below this are noise of the arithmetic.
const NOTHING: f64 = 1e-7;

/// Units open in every period, and units open at the end, as coefficients of all columns.
pub(crate) fn open_units(
    network: &Network,
    layout: &Layout,
    columns: usize,
) -> (Vec<f64>, Vec<f64>) {
    let (mut late, mut unmet) = (vec![0.0; columns], vec![0.0; columns]);
    for (j, stream) in network.streams.iter().enumerate() {
        for t in stream.first..network.periods {
            late[layout.unmet(network, j, t).0 as usize] = 1.0;
        }
        if network.periods > 0 {
            unmet[layout.unmet(network, j, network.periods - 1).0 as usize] = 1.0;
        }
    }
    (late, unmet)
}

/// Falls of one measure per unit of each row and column bound.
struct Falls<'a> {
    program: &'a Program,
    costs: Vec<f64>,
    duals: Vec<f64>,
}

impl Falls<'_> {
    fn of_row(&self, row: Row) -> f64 {
        -self.duals[row.0 as usize]
    }

    /// Fall per unit by which the upper bound of `column` rises, if it stands at it.
    fn of_upper(&self, column: Column) -> f64 {
        let from_rows: f64 = self
            .program
            .entries(column)
            .map(|(r, a)| a * self.duals[r.0 as usize])
            .sum();
        -(self.costs[column.0 as usize] - from_rows)
    }
}

/// Whether a column stands at its upper bound, as the stages before left it.
fn at_upper(program: &Program, values: &[f64], column: Column) -> bool {
    let value = values[column.0 as usize];
    let (_, upper) = program.bounds(column);
    value >= upper - 1e-7 * upper.abs().max(1.0)
}

/// Prices of everything that has one, in order of what and period. `money` are the duals of
/// `costs`; the other measures are priced when the solver stands at a basis.
pub(crate) fn prices(
    network: &Network,
    layout: &Layout,
    solver: &mut Solver,
    values: &[f64],
    costs: Vec<f64>,
    duals: Option<Vec<f64>>,
    basis: bool,
) -> Result<Vec<Price>, SolveError> {
    let (late, unmet) = open_units(network, layout, costs.len());
    let (money, late, unmet) = if basis {
        let duals = (
            solver.row_duals_of(&costs)?,
            solver.row_duals_of(&late)?,
            solver.row_duals_of(&unmet)?,
        );
        (duals.0, Some((late, duals.1)), Some((unmet, duals.2)))
    } else if let Some(duals) = duals {
        (duals, None, None)
    } else {
        return Ok(Vec::new());
    };
    let program = solver.program();
    let falls = |(costs, duals)| Falls {
        program,
        costs,
        duals,
    };
    let (money, late, unmet) = (falls((costs, money)), late.map(falls), unmet.map(falls));
    let mut prices = Vec::new();
    let mut push = |what: Priced, period: usize, fall: &dyn Fn(&Falls<'_>) -> f64| {
        let quiet = |v: f64| if v.abs() > NOTHING { v } else { 0.0 };
        let price = Price {
            what,
            period,
            money: quiet(fall(&money)),
            deliveries: unmet.as_ref().map(|f| quiet(fall(f))),
            late_unit_periods: late.as_ref().map(|f| quiet(fall(f))),
        };
        if price.money != 0.0
            || price.deliveries.unwrap_or(0.0) != 0.0
            || price.late_unit_periods.unwrap_or(0.0) != 0.0
        {
            prices.push(price);
        }
    };
    for q in 0..network.capacity.len() {
        for t in 0..network.periods {
            match layout.capacity(network, q, t) {
                At::Row(row) => {
                    let lines: Vec<_> = layout
                        .line_limits(network, q, t)
                        .filter(|(open, _, _)| values[open.index()] > 0.5)
                        .collect();
                    push(Priced::Capacity(q), t, &|f| {
                        let of_lines = lines.iter().map(|(_, row, usage)| f.of_row(*row) / usage);
                        f.of_row(row) + of_lines.sum::<f64>()
                    });
                }
                At::Upper(column, usage) if at_upper(program, values, column) => {
                    push(Priced::Capacity(q), t, &|f| f.of_upper(column) / usage);
                }
                _ => {}
            }
        }
    }
    for (n, node) in network.nodes.iter().enumerate() {
        for t in 0..network.periods {
            // The balance reads "in - out = - supply": a unit more is a right-hand side less.
            let what = Priced::Material(node.site, node.kind);
            push(what, t, &|f| -f.of_row(layout.balance(n, t)));
        }
    }
    let shared: std::collections::BTreeMap<usize, Row> =
        layout.lane.iter().map(|(l, _, row)| (*l, *row)).collect();
    for (l, moves) in network.moves_of_lane() {
        for t in 0..network.periods {
            let limit = network.lane_limit[l][t];
            if limit.is_infinite() {
                continue;
            }
            if let Some(first) = shared.get(&l) {
                push(Priced::Lane(l), t, &|f| {
                    f.of_row(Row(first.0 + u32::try_from(t).expect("few periods")))
                });
            } else if let Some(arc) = network.moves[moves.clone()].first()
                && arc.departs.contains(&t)
            {
                let column = at(layout.ship[moves.start], t - arc.departs.start);
                if at_upper(program, values, column) {
                    push(Priced::Lane(l), t, &|f| f.of_upper(column));
                }
            }
        }
    }
    for c in 0..network.ceilings.len() {
        push(Priced::Ceiling(c), 0, &|f| {
            f.of_row(row_at(layout.ceiling, c))
        });
    }
    prices.sort_by_key(|p| (p.what, p.period));
    Ok(prices)
}
