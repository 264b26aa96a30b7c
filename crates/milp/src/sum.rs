//! Sums that do not lose small terms beside large ones.

/// A compensated sum (Neumaier 1974): the error of every addition is kept and added at the end, so
/// the result is as good as if the terms had been added with twice the digits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    sum: f64,
    error: f64,
}

impl Sum {
    pub(crate) fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        // An infinite term has no error to keep; the difference would be NaN.
        if sum.is_finite() {
            self.error += if self.sum.abs() >= term.abs() {
                (self.sum - sum) + term
            } else {
                (term - sum) + self.sum
            };
        }
        self.sum = sum;
    }

    pub(crate) fn value(self) -> f64 {
        self.sum + self.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_terms_survive_large_ones() {
        let mut sum = Sum::default();
        for term in [1.0, 1e100, 1.0, -1e100] {
            sum.add(term);
        }
        assert_eq!(sum.value(), 2.0);
    }

    #[test]
    fn infinite_terms_give_an_infinite_sum() {
        let mut sum = Sum::default();
        sum.add(1.0);
        sum.add(f64::NEG_INFINITY);
        sum.add(2.0);
        assert_eq!(sum.value(), f64::NEG_INFINITY);
    }
}
