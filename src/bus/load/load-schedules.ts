import { BusbarError, messageOf } from "../../base/errors.ts";
import { isSchedule, type Schedule } from "../../define/schedule.ts";
import { filesOf, isModule, loadFiles, type LoadOptions } from "./load-files.ts";

export interface LoadedSchedules {
  readonly schedules: readonly Schedule[];
  /** One sentence each, beginning with the file that is to be mended. */
  readonly problems: readonly string[];
}

/**
 * Imports every file of a folder of schedules, one default export a file. Names that begin with `_` or `.` are no schedules, and neither are tests and
 * declarations; no other file is skipped.
 */
export async function loadSchedules(folder: URL, options: LoadOptions = {}): Promise<LoadedSchedules> {
  const within = { folder, title: "schedules" };
  const names = await filesOf(folder).catch((error: unknown) => {
    throw new BusbarError("INVALID_DEFINITION", `The folder of schedules cannot be read (${messageOf(error)}).`);
  });
  const own = names.filter((name) => isModule(name) && !/\/[_.]/.test(name));
  const { files, problems } = await loadFiles(within, own, options);
  const wrong = files.filter(({ module }) => !isSchedule(module["default"]));
  return {
    schedules: files.flatMap(({ file, module }) => (isSchedule(module["default"]) ? [{ ...module["default"], file }] : [])),
    problems: [
      ...problems,
      ...wrong.map(({ file }) => `${file}: has no default export that defineSchedule made: write \`export default defineSchedule(…)\``),
    ].toSorted(),
  };
}

/** @throws BusbarError `INVALID_DEFINITION` where the folder cannot be read */
export async function loadedSchedules(schedules: URL | readonly Schedule[]): Promise<LoadedSchedules> {
  return schedules instanceof URL ? loadSchedules(schedules) : { schedules, problems: [] };
}
