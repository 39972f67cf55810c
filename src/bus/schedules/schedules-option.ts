import type { Schedule } from "../../define/schedule.ts";

/** Of what is published by the clock. */
export interface SchedulesOption {
  /**
   * The folder of schedule files, or the schedules themselves. They are fired by processes with the role router, which bring what Redis knows in line with
   * them when they start: `[]` forgets all. Default: this process has nothing to do with schedules.
   */
  readonly schedules?: URL | readonly Schedule[];
}
