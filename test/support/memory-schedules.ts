import type { Holder, ScheduleRecord, ScheduleStore } from "../../src/router/schedules/schedule-record.ts";

/** A store of schedules in memory that counts what it is asked. */
export function memorySchedules(): ScheduleStore & { asked: number } {
  const records = new Map<string, string>();
  const holders = new Map<string, string>();
  const store = {
    asked: 0,
    async all() {
      store.asked += 1;
      return parsed<ScheduleRecord>(records);
    },
    async read(name: string) {
      store.asked += 1;
      const json = records.get(name);
      return json === undefined ? undefined : (JSON.parse(json) as ScheduleRecord);
    },
    async swap(name: string, was: ScheduleRecord | undefined, now: ScheduleRecord | undefined) {
      store.asked += 1;
      if (records.get(name) !== (was && JSON.stringify(was))) return false;
      if (now === undefined) records.delete(name);
      else records.set(name, JSON.stringify(now));
      return true;
    },
    async holders() {
      store.asked += 1;
      return parsed<Holder>(holders);
    },
    async hold(id: string, holder: Holder) {
      store.asked += 1;
      holders.set(id, JSON.stringify(holder));
    },
    async leave(ids: readonly string[]) {
      store.asked += 1;
      for (const id of ids) holders.delete(id);
    },
  };
  return store;
}

function parsed<Value>(all: ReadonlyMap<string, string>): Map<string, Value> {
  return new Map([...all].map(([name, json]) => [name, JSON.parse(json) as Value]));
}
