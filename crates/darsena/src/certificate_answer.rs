//! Certificates that others can check: those that were written, those that were looked at.

use darsena_certify::{Certificate, Outcome, Refusal};

use crate::answer::{Answer, Head, Table};
use crate::scenario_answer::blank;

/// What came of one certificate: a file, and what was written or accepted or why not.
pub(crate) struct Row<'a> {
    pub(crate) file: &'a str,
    pub(crate) certificate: Result<&'a Certificate, String>,
}

/// The table `certificates`.
pub(crate) fn table(rows: &[Row<'_>]) -> Table {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let of = |what: fn(&Certificate) -> u64| {
        rows.iter()
            .map(move |row| row.certificate.as_ref().ok().map(|one| whole(what(one))))
    };
    Table::new(
        "certificates",
        "A certificate that no schedule of a project is shorter: whether there is one, and how large its proof is.",
    )
    .text("file", rows.iter().map(|row| row.file))
    .flag("certified", rows.iter().map(|row| row.certificate.is_ok()))
    .whole("makespan", "periods", of(|one| one.makespan))
    .whole("inferences", "", of(|one| one.checked.inferences))
    .whole("deductions", "", of(|one| one.checked.deductions))
    .whole("bytes", "bytes", of(|one| one.bytes))
    .text(
        "why_not",
        rows.iter().map(|row| match &row.certificate {
            Ok(_) => String::new(),
            Err(why) => why.clone(),
        }),
    )
}

/// The row of a certificate that was asked for.
pub(crate) fn asked<'a>(file: &'a str, outcome: &'a Outcome) -> Row<'a> {
    let certificate = match outcome {
        Outcome::Given(certificate) => Ok(certificate),
        Outcome::Withheld(why) => Err(why.to_string()),
    };
    Row { file, certificate }
}

/// The answer `certificate`: folders by name, and what came of checking each.
#[must_use]
pub fn answer(checked: &[(String, Result<Certificate, Refusal>)], seconds: Option<f64>) -> Answer {
    let rows: Vec<Row<'_>> = checked
        .iter()
        .map(|(file, certificate)| Row {
            file,
            certificate: certificate.as_ref().map_err(ToString::to_string),
        })
        .collect();
    let accepted = rows.iter().filter(|row| row.certificate.is_ok()).count();
    Answer {
        head: Head {
            seconds,
            remarks: vec![format!("{accepted} of {} accepted", rows.len())],
            ..blank("certificate")
        },
        tables: vec![table(&rows)],
        trees: Vec::new(),
    }
}

/// The same for reading.
#[must_use]
pub fn readable(answer: &Answer) -> String {
    let mut out = String::new();
    if let Some(certificates) = answer.table("certificates") {
        out.push_str(&crate::write::text(certificates));
    }
    for remark in &answer.head.remarks {
        out.push_str(remark);
        out.push('\n');
    }
    out
}
