//! Small scenarios in memory.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::collections::BTreeMap;

use darsena_scenario::{Scenario, read_memory};

/// A scenario of twelve months from these tables.
pub(crate) fn scenario_of(tables: &[(&str, String)]) -> Scenario {
    let mut files = BTreeMap::new();
    let named =
        |(name, _): &(&str, String)| format!(r#"{{ "name": "{name}", "path": "{name}.csv" }}"#);
    let resources: Vec<String> = tables.iter().map(named).collect();
    let head = format!(
        r#"{{ "name": "drawn", "darsena": {{ "format": 1, "start": "2024-01-01", "period": "month",
        "periods": 12, "currency": "USD", "law_as_of": "2024-01-01" }}, "resources": [{}] }}"#,
        resources.join(", ")
    );
    files.insert("datapackage.json".to_string(), head.into_bytes());
    for (name, text) in tables {
        files.insert(format!("{name}.csv"), text.clone().into_bytes());
    }
    let checked = read_memory(&files).check();
    let findings: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    checked.scenario.unwrap_or_else(|| panic!("{findings:#?}"))
}

/// Two plants of a part and one of the whole, stores on both sides of a sea, three customers of two ranks.
pub(crate) fn scenario(numbers: &[u32]) -> Scenario {
    let at = |n: usize| numbers[n % numbers.len()];
    let mut tables: Vec<(&str, String)> = Vec::new();
    let mut file = |name, text: String| tables.push((name, text));
    file(
        "parties",
        "party,name,kind,state\nus,US,state,us\njp,Japan,state,jp\n".into(),
    );
    file(
        "sites",
        "site,name,state\na,A,us\nb,B,jp\nc,C,us\nd,D,jp\n".into(),
    );
    file(
        "items",
        "item,name,holding_cost\npart,Part,0.01\nwhole,Whole,0.02\n".into(),
    );
    file(
        "recipes",
        "recipe,site,item,lead_time_days,cost,resource\n\
         part-a,a,part,30,1,part-a\npart-b,b,part,60,2,part-b\nwhole-c,c,whole,30,5,line-c\n"
            .into(),
    );
    file(
        "recipe_inputs",
        "recipe,item,quantity\nwhole-c,part,1\n".into(),
    );
    file(
        "resources",
        "resource,site\npart-a,a\npart-b,b\nline-c,c\n".into(),
    );
    file(
        "capacity",
        format!(
            "resource,from,capacity\npart-a,2024-01-01,{}\npart-b,2024-01-01,{}\nline-c,2024-01-01,{}\n",
            2 + at(0) % 6,
            1 + at(1) % 4,
            3 + at(2) % 6
        ),
    );
    file(
        "lanes",
        "lane,from_site,to_site,transit_days,cost\nac,a,c,0,0.1\nbc,b,c,30,0.5\ncd,c,d,30,0.3\n"
            .into(),
    );
    file(
        "stockpiles",
        format!(
            "site,item,quantity\nc,part,{}\nd,whole,{}\n",
            at(3) % 12,
            at(4) % 5
        ),
    );
    file(
        "demands",
        format!(
            "demand,party,item,site,quantity,due,priority,tardiness_cost,unmet_cost\n\
             one,us,whole,c,{},2024-05-01,1,10,50\ntwo,jp,whole,d,{},2024-07-01,1,8,60\n\
             three,jp,whole,d,{},2024-09-01,2,5,40\n",
            5 + at(5) % 12,
            4 + at(6) % 9,
            6 + at(7) % 12
        ),
    );
    scenario_of(&tables)
}
