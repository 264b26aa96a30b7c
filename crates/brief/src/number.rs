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

/// An amount of money. Behind a three-letter currency code large amounts are said in millions and
/// billions; any other currency text (`USD million`) is left to speak for itself.
pub fn money(currency: &str, value: f64) -> String {
    let code = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
    let (scaled, word) = match value.abs() {
        _ if !code => (value, ""),
        size if size >= 999.5e6 => (value / 1e9, " billion"),
        size if size >= 999.5e3 => (value / 1e6, " million"),
        _ => (value, ""),
    };
    let number = quantity(scaled);
    if code {
        format!("{currency}\u{a0}{number}{word}")
    } else {
        format!("{number}\u{a0}{currency}")
    }
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
        assert_eq!(money("USD", 4_000_000.0), "USD\u{a0}4 million");
        assert_eq!(money("USD", 1_234_000_000.0), "USD\u{a0}1.23 billion");
        assert_eq!(money("USD", 950.0), "USD\u{a0}950");
        assert_eq!(money("USD million", 4500.0), "4,500\u{a0}USD million");
    }

    #[test]
    fn shares_are_not_rounded_to_all_or_none() {
        assert_eq!(percent(1.0), "100\u{a0}%");
        assert_eq!(percent(0.998), "over 99\u{a0}%");
        assert_eq!(percent(0.001), "under 1\u{a0}%");
        assert_eq!(percent(0.0), "0\u{a0}%");
    }
}
