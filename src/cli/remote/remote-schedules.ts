import type { By } from "../../bus/by.ts";
import type { ScheduleView } from "../../bus/schedules/schedule-view.ts";
import type { OperatedBus } from "../operated-bus.ts";
import { askedPages } from "./remote-pages.ts";
import { whyOf } from "./remote-view.ts";
import { at, type ServerApi } from "./server-api.ts";

interface SchedulesPage {
  readonly schedules: readonly ScheduleView[];
  readonly next?: string;
}

export function remoteSchedules(api: ServerApi): OperatedBus["schedules"] {
  const turn = (verb: "pause" | "resume") => (name: string, by?: By) =>
    api.send<ScheduleView>("POST", at`/v1/schedules/${name}/${verb}`, { body: whyOf(by) });
  return {
    async list() {
      const { items } = await askedPages(api, { path: "/v1/schedules", itemsOf: (page: SchedulesPage) => page.schedules });
      return items;
    },
    run: (name, by) => api.send("POST", at`/v1/schedules/${name}/run`, { body: whyOf(by) }),
    pause: turn("pause"),
    resume: turn("resume"),
  };
}
