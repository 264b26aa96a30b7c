//! What is in the starter scenario, worked out by hand.
//!
//! Longest path: a seeker takes 150 days, then the fastest assembly for the southern base is the northern
//! one with 60 days and 21 under way (the southern one takes 14 + 75 + 5). Capacity of the seeker line: 12
//! months of 20, then a ramp from 20 towards 30 that on the first days of the months has grown by
//! 10 * (0 + 31 + 59 + 90 + 120 + 151 + 181 + 212 + 243 + 273 + 304 + 334) / 365 = 54.74 in all.

use darsena_scenario::{describe, read_memory, starter};

#[test]
fn the_starter_is_described() {
    let scenario = read_memory(&starter())
        .check()
        .scenario
        .expect("the starter is sound");
    let text = describe(&scenario).to_string();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("hash"))
        .collect();
    assert_eq!(
        lines,
        [
            "starter  Two states make and repair together: an example to change",
            "horizon   2025-01-01 until 2027-01-01: 24 periods of a month; money in USD",
            "tables    sources 1, parties 4, sites 5, classes 1, items 3, recipes 5, recipe_inputs 4, \
             resources 5, recipe_resources 2, capacity 6, lanes 6, stockpiles 2, receipts 2, demands 4, \
             priorities 1, authorizations 1, assets 2, groups 1, jobs 2, tasks 3, modes 5, mode_usage 2, \
             agreed 1, docks 2, ready_fleet 1, closures 1, transits 2, changes 2",
            "state     north (Northland): 2 sites, 3 recipes, 2 demands for 200 units",
            "state     south (Southland): 3 sites, 2 recipes, 2 demands for 100 units",
            "echelons  items by recipes away from a demand: 0: 1, 1: 2; 0 not wanted",
            "priority  1: 1 demands for 90 units worth 315000000 USD",
            "priority  2: 3 demands for 210 units worth 735000000 USD",
            "item      interceptor: 300 demanded, 20 in stock (floor 10), 5 to be received",
            "resource  hull-team at south-yard: 28800 over the horizon, and 0 overtime",
            "resource  north-line at north-works: 360 over the horizon, and 72 overtime",
            "resource  north-test at north-works: 240 over the horizon, and 0 overtime",
            "resource  seeker-line at north-works: 534.74 over the horizon, and 48 overtime",
            "resource  south-line at south-works: 144 over the horizon, and 24 overtime",
            "longest   231 days until `interceptor` can be at `south-base` from nothing:",
            "    150 days  seeker at north-works (made by make-seeker)",
            "     60 days  interceptor at north-works (made by assemble-north)",
            "     21 days  interceptor at south-base (sent by north-south)",
        ]
    );
}
