//! Law files as text: policies with their annotations and lines, before any engine reads them.
//!
//! The dates, approvers and citations of a rule stand in annotations. They are read here once, and what
//! the engine is given is made from them, so the text of a rule and its effect can't drift apart.

use std::collections::BTreeMap;

/// One policy of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PolicyText {
    /// Annotations by name, with their line.
    pub(crate) annotations: BTreeMap<String, (String, u32)>,
    /// Line on which the policy begins.
    pub(crate) line: u32,
    /// The whole policy, annotations included, with its semicolon.
    pub(crate) whole: String,
    /// From `permit` or `forbid` on, without the semicolon.
    pub(crate) body: String,
    /// Line on which the body begins.
    pub(crate) body_line: u32,
}

/// What is wrong in a file as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) line: u32,
    pub(crate) message: String,
    pub(crate) help: &'static str,
}

/// Splits a file into its policies.
pub(crate) fn split(text: &str) -> (Vec<PolicyText>, Vec<Flaw>) {
    let mut scan = Scan {
        rest: text,
        line: 1,
    };
    let (mut policies, mut flaws) = (Vec::new(), Vec::new());
    loop {
        scan.blank();
        if scan.rest.is_empty() {
            return (policies, flaws);
        }
        match scan.policy() {
            Ok(policy) => policies.push(policy),
            Err(flaw) => {
                flaws.push(flaw);
                scan.skip_statement();
            }
        }
    }
}

struct Scan<'a> {
    rest: &'a str,
    line: u32,
}

impl<'a> Scan<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.bytes().filter(|byte| *byte == b'\n').count() as u32;
        self.rest = rest;
        taken
    }

    /// Skips white space and comments.
    fn blank(&mut self) {
        loop {
            let space = self.rest.len() - self.rest.trim_start().len();
            self.take(space);
            if !self.rest.starts_with("//") {
                return;
            }
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.take(end);
        }
    }

    fn policy(&mut self) -> Result<PolicyText, Flaw> {
        let (start, line) = (self.rest, self.line);
        let mut annotations = BTreeMap::new();
        while self.rest.starts_with('@') {
            let at = self.line;
            let (name, value) = self.annotation()?;
            if annotations.insert(name.clone(), (value, at)).is_some() {
                return Err(Flaw {
                    line: at,
                    message: format!("annotation `{name}` stands twice"),
                    help: "keep one",
                });
            }
            self.blank();
        }
        let (body, body_line) = (self.rest, self.line);
        let length = self.statement().ok_or(Flaw {
            line,
            message: "a policy never ends".into(),
            help: "close its strings and end it with `;`",
        })?;
        let whole = &start[..start.len() - self.rest.len()];
        Ok(PolicyText {
            annotations,
            line,
            whole: whole.to_string(),
            body: body[..length - 1].trim_end().to_string(),
            body_line,
        })
    }

    fn annotation(&mut self) -> Result<(String, String), Flaw> {
        let line = self.line;
        let flaw = move || Flaw {
            line,
            message: "an annotation is not readable".into(),
            help: "write `@name(\"value\")`, quotes inside as `\\\"`",
        };
        let open = self.rest.find("(\"").ok_or_else(flaw)?;
        let name = &self.rest[1..open];
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(flaw());
        }
        let name = name.to_string();
        self.take(open + 2);
        let (mut value, mut escaped) = (String::new(), false);
        for (n, letter) in self.rest.char_indices() {
            if escaped {
                value.push(letter);
                escaped = false;
            } else if letter == '\\' {
                escaped = true;
            } else if letter == '"' {
                if !self.rest[n + 1..].starts_with(')') {
                    return Err(flaw());
                }
                self.take(n + 2);
                return Ok((name, value));
            } else if letter == '\n' {
                return Err(flaw());
            } else {
                value.push(letter);
            }
        }
        Err(flaw())
    }

    /// Takes everything through the next semicolon outside strings and comments; its length.
    fn statement(&mut self) -> Option<usize> {
        let bytes = self.rest.as_bytes();
        let (mut n, mut quoted) = (0, false);
        while n < bytes.len() {
            match bytes[n] {
                b'\\' if quoted => n += 1,
                b'"' => quoted = !quoted,
                b'/' if !quoted && bytes.get(n + 1) == Some(&b'/') => {
                    n += bytes[n..].iter().position(|byte| *byte == b'\n')?;
                }
                b';' if !quoted => {
                    self.take(n + 1);
                    return Some(n + 1);
                }
                _ => {}
            }
            n += 1;
        }
        None
    }

    fn skip_statement(&mut self) {
        if self.statement().is_none() {
            self.take(self.rest.len());
        }
    }
}

/// What the body of a policy reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reads {
    /// Facts, in order of their first appearance.
    pub(crate) facts: Vec<String>,
    /// Groups, in order.
    pub(crate) groups: Vec<String>,
    /// States named.
    pub(crate) states: Vec<String>,
    /// Whether it asks who exports.
    pub(crate) principal: bool,
    /// Facts compared with whole numbers, and the numbers.
    pub(crate) numbers: Vec<(String, i64)>,
    /// Words facts are compared with.
    pub(crate) words: Vec<(String, String)>,
    /// Rules whose opening it looks at.
    pub(crate) opened: Vec<String>,
    /// Uses of a fact that are neither a test of a flag nor a comparison with something written out.
    pub(crate) odd: Vec<String>,
    /// Whether it mentions approvals, which the engine alone may.
    pub(crate) approvals: bool,
}

/// Finds what a body reads, token by token.
pub(crate) fn reads(body: &str) -> Reads {
    let tokens = tokens(body);
    let mut reads = Reads::default();
    let add = |list: &mut Vec<String>, word: &str| {
        if !list.iter().any(|known| known == word) {
            list.push(word.to_string());
        }
    };
    for n in 0..tokens.len() {
        let next = |k: usize| tokens.get(n + k).map_or("", String::as_str);
        match (next(0), next(1), next(2)) {
            ("Group", "::", name) => add(&mut reads.groups, name.trim_matches('"')),
            ("State", "::", name) => add(&mut reads.states, name.trim_matches('"')),
            ("principal", "in" | "==" | "!=", _) => reads.principal = true,
            ("context", ".", "approvals") => reads.approvals = true,
            ("context", ".", "opened") => {
                let list = tokens[n + 3..].iter().take_while(|token| *token != ")");
                for word in list.filter(|token| token.starts_with('"')) {
                    add(&mut reads.opened, word.trim_matches('"'));
                }
            }
            ("context", ".", fact) => {
                add(&mut reads.facts, fact);
                let (operator, right) = (next(3), next(4));
                match operator {
                    "&&" | "||" | ")" | "}" | "in" => {}
                    "==" | "!=" if right.starts_with('"') => {
                        let pair = (fact.to_string(), right.trim_matches('"').to_string());
                        if !reads.words.contains(&pair) {
                            reads.words.push(pair);
                        }
                    }
                    "==" | "!=" if right == "State" => {}
                    "==" | "!=" | "<" | "<=" | ">" | ">=" => match right.parse() {
                        Ok(number) => {
                            let pair = (fact.to_string(), number);
                            if !reads.numbers.contains(&pair) {
                                reads.numbers.push(pair);
                            }
                        }
                        Err(_) => add(&mut reads.odd, fact),
                    },
                    _ => add(&mut reads.odd, fact),
                }
            }
            _ => {}
        }
    }
    reads.groups.sort_unstable();
    reads
}

/// Words, numbers, strings with their quotes, and signs; comments left out.
fn tokens(body: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = body.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest = rest
                .split_once('\n')
                .map_or("", |(_, after)| after)
                .trim_start();
            continue;
        } else if first == '"' {
            let mut escaped = false;
            let end = rest[1..].char_indices().find(|(_, letter)| {
                let ends = *letter == '"' && !escaped;
                escaped = *letter == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |(n, _)| n + 2)
        } else if first.is_alphanumeric() || first == '_' {
            let word = |letter: char| letter.is_alphanumeric() || letter == '_';
            rest.find(|letter| !word(letter)).unwrap_or(rest.len())
        } else if ["&&", "||", "==", "!=", "<=", ">=", "::"]
            .iter()
            .any(|two| rest.starts_with(two))
        {
            2
        } else {
            first.len_utf8()
        };
        tokens.push(rest[..length].to_string());
        rest = rest[length..].trim_start();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "// head\n@id(\"A-1\")\n@plain(\"a; \\\"b\\\"\")\npermit (principal, action, resource)\n\
        when { context.value >= 25 && context.mde // no; end\n && context.to in Group::\"g\" };\n";

    #[test]
    fn policies_carry_annotations_and_lines() {
        let (policies, flaws) = split(RULE);
        assert!(flaws.is_empty());
        assert_eq!(policies.len(), 1);
        assert_eq!(policies[0].annotations["plain"].0, "a; \"b\"");
        assert_eq!((policies[0].line, policies[0].body_line), (2, 4));
        let reads = reads(&policies[0].body);
        assert_eq!(reads.facts, ["value", "mde", "to"]);
        assert_eq!(reads.numbers, [("value".to_string(), 25)]);
        assert_eq!(reads.groups, ["g"]);
        assert!(!reads.principal, "the head names it, the body does not");
        assert!(reads.odd.is_empty());
    }

    #[test]
    fn a_policy_without_end_is_a_flaw_with_its_line() {
        let (policies, flaws) = split("\n@id(\"A\")\npermit (principal, action, resource)");
        assert!(policies.is_empty());
        assert_eq!(flaws[0].line, 2);
    }
}
