//! Numbers as people read them: digits in groups of three, no more digits than carry meaning.

/// A quantity to about three significant digits: `1,234`, `12.5`, `0.033`. Whole numbers keep all
/// their digits.
pub fn quantity(value: f64) -> String {
    if !value.is_finite() {
        return "not finite".to_owned();
    }
    let size = value.abs();
    let whole = (size - size.round()).abs() < 1e-6 * size.max(1.0);
    let decimals = if whole || size >= 100.0 {
        0
    } else if size >= 10.0 {
        1
    } else if size >= 1.0 {
        2
    } else {
        // Three digits after the leading zeros, at most nine in all.
        ((-size.log10()).floor().max(0.0) as usize + 3).min(9)
    };
    let text = format!("{size:.decimals$}");
    let (integer, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let zero = integer == "0" && fraction.is_empty();
    let mut out = String::new();
    if value < 0.0 && !zero {
        out.push('\u{2212}');
    }
    for (place, digit) in integer.chars().enumerate() {
        if place > 0 && (integer.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// An amount of money, with its unit. A currency that is a three-letter code, alone, with a leading
/// `k` or `M`, or with `million` behind it, is said as code and number, large amounts in millions and
/// billions: `MUSD` and 925 become `USD 925 million`. Any other currency text follows the number as it is.
pub fn money(currency: &str, value: f64) -> String {
    let Some((code, factor)) = code(currency) else {
        return format!("{}\u{a0}{currency}", quantity(value));
    };
    let value = value * factor;
    let (scaled, word) = match value.abs() {
        size if size >= 999.5e6 => (value / 1e9, "\u{a0}billion"),
        size if size >= 999.5e3 || (factor >= 1e6 && size > 0.0) => (value / 1e6, "\u{a0}million"),
        _ => (value, ""),
    };
    let sign = if quantity(scaled).starts_with('\u{2212}') {
        "\u{2212}"
    } else {
        ""
    };
    format!("{sign}{code}\u{a0}{}{word}", quantity(scaled.abs()))
}

/// The currency in words: `MUSD` is `USD million`.
pub fn currency_name(currency: &str) -> String {
    match code(currency) {
        Some((code, 1e6)) => format!("{code} million"),
        Some((code, 1e3)) => format!("{code} thousand"),
        _ => currency.to_owned(),
    }
}

/// The three-letter code of a currency text, and what one unit of the text is worth in it.
fn code(currency: &str) -> Option<(&str, f64)> {
    let is_code =
        |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let (code, factor) = match currency.strip_suffix(" million") {
        Some(code) => (code, 1e6),
        None if currency.len() == 4 && currency.starts_with('M') => (&currency[1..], 1e6),
        None if currency.len() == 4 && currency.starts_with('k') => (&currency[1..], 1e3),
        None => (currency, 1.0),
    };
    is_code(code).then_some((code, factor))
}

/// A share as per cent: `84 %`. Shares next to none or all are not rounded to none or all.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value > 0.05 && value < 0.5 {
        "under 1\u{a0}%".to_owned()
    } else if value > 99.5 && value < 99.95 {
        "over 99\u{a0}%".to_owned()
    } else {
        format!("{}\u{a0}%", quantity(value.round()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_well() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (7.0, "7"),
            (1234567.0, "1,234,567"),
            (1234.4, "1,234"),
            (12.345, "12.3"),
            (1.5, "1.5"),
            (0.0333333, "0.0333"),
            (0.5, "0.5"),
            (-3.25, "\u{2212}3.25"),
            (999.9999999, "1,000"),
        ] {
            assert_eq!(quantity(value), text);
        }
    }

    #[test]
    fn money_names_its_unit() {
        assert_eq!(money("USD", 4_000_000.0), "USD\u{a0}4\u{a0}million");
        assert_eq!(money("USD", 1_234_000_000.0), "USD\u{a0}1.23\u{a0}billion");
        assert_eq!(money("USD", 950.0), "USD\u{a0}950");
        assert_eq!(money("USD million", 4500.0), "USD\u{a0}4.5\u{a0}billion");
        assert_eq!(money("MUSD", -0.056), "\u{2212}USD\u{a0}0.056\u{a0}million");
        assert_eq!(money("MUSD", 925.0), "USD\u{a0}925\u{a0}million");
        assert_eq!(money("points", 4500.0), "4,500\u{a0}points");
    }

    #[test]
    fn shares_are_not_rounded_to_all_or_none() {
        assert_eq!(percent(1.0), "100\u{a0}%");
        assert_eq!(percent(0.998), "over 99\u{a0}%");
        assert_eq!(percent(0.001), "under 1\u{a0}%");
        assert_eq!(percent(0.0), "0\u{a0}%");
    }
}
