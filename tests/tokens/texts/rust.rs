use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    Dry,
    Rain { millimetres: f32, minutes: u16 },
    Broken(String),
}

pub struct Station {
    name: String,
    readings: BTreeMap<u64, Reading>,
}

impl Station {
    pub fn open<P: AsRef<Path>>(name: &str, path: P) -> io::Result<Self> {
        let file = BufReader::new(File::open(path)?);
        let mut readings = BTreeMap::new();
        for (number, line) in file.lines().enumerate() {
            let line = line?;
            let mut fields = line.split(';').map(str::trim);
            let at = match fields.next().and_then(|text| text.parse::<u64>().ok()) {
                Some(at) => at,
                None => {
                    eprintln!("{name}:{}: no time of day in {line:?}", number + 1);
                    continue;
                }
            };
            readings.insert(at, Self::reading(fields.next(), fields.next()));
        }
        Ok(Self { name: name.to_owned(), readings })
    }

    fn reading(amount: Option<&str>, minutes: Option<&str>) -> Reading {
        match (amount.map(str::parse::<f32>), minutes.map(str::parse::<u16>)) {
            (Some(Ok(a)), Some(Ok(m))) if a > 0.0 => Reading::Rain { millimetres: a, minutes: m },
            (Some(Ok(_)), _) => Reading::Dry,
            (Some(Err(why)), _) => Reading::Broken(why.to_string()),
            _ => Reading::Broken("missing amount".into()),
        }
    }

    pub fn total(&self) -> f32 {
        self.readings.values().fold(0.0, |sum, each| match each {
            Reading::Rain { millimetres, .. } => sum + millimetres,
            _ => sum,
        })
    }
}
