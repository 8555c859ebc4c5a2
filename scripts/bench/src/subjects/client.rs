//! The memory of our own Open Cloud client, in a process of its own: it must not grow with the number of keys it lists, nor
//! with the number of large values it reads.

use http::Method;
use tokio::process::Command;

use super::emulator::fill;
use super::{Bench, settle};
use crate::clients::{Client, Request};
use crate::data;
use crate::process::{Finished, Running};
use crate::reader::{LARGE_STORE, LARGE_VALUES, UNIVERSE, large_key, large_value};
use crate::subject::Subject;
use crate::units::Unit;

/// Large values that are read whatever the number of entries: enough that many are under way at once.
const VALUES: u64 = 40;

/// For so many entries one more is read.
const ENTRIES_PER_VALUE: u64 = 1_250;

impl Bench<'_> {
    pub(super) async fn client(&mut self) -> anyhow::Result<()> {
        let data = self.place.path("emulated");
        let emulator = self.program.emulate(self.place, &data).await?;
        fill(emulator.port, self.entries, |number| (data::key(number), "1".to_owned())).await?;
        let mut client = Client::connect_to_emulator(emulator.port).await?;
        for number in 0..LARGE_VALUES {
            let key = large_key(number);
            let path = format!(
                "/datastores/v1/universes/{UNIVERSE}/standard-datastores/datastore/entries/entry?datastoreName={LARGE_STORE}&entryKey={key}"
            );
            client.call(&Request::open_cloud("set", Method::POST, path, large_value(number))).await?;
        }
        let values = VALUES + self.entries / ENTRIES_PER_VALUE;
        let (mut seconds, mut keys_peaks, mut values_peaks) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.runs.whole.runs {
            let keys = self.read(emulator.port, "read-keys", self.entries).await?;
            seconds.push(keys.seconds);
            keys_peaks.push(keys.peak_bytes);
            values_peaks.push(self.read(emulator.port, "read-values", values).await?.peak_bytes);
        }
        let listed = self.figure(
            Subject::Client,
            "keys",
            "listing all keys by v2, pages of 256",
            Unit::Seconds,
            seconds,
        );
        self.figures.push(listed);
        self.add_memory(Subject::Client, "keys.memory", "memory, listing all keys", &keys_peaks);
        let label =
            format!("memory, reading {VALUES} 4 MB values and one for every {ENTRIES_PER_VALUE} entries");
        self.add_memory(Subject::Client, "values.memory", &label, &values_peaks);
        drop(client);
        emulator.stop().await?;
        Ok(std::fs::remove_dir_all(&data)?)
    }

    /// Runs this program as a reader of the emulator.
    async fn read(&self, port: u16, what: &str, count: u64) -> anyhow::Result<Finished> {
        let mut command = Command::new(self.own);
        command.arg(what).arg(port.to_string()).arg(count.to_string());
        settle();
        Running::start(self.place, command)?.finish().await
    }
}
