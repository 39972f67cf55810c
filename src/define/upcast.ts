import * as z from "zod";
import { messageOf } from "../base/errors.ts";
import type { BusEvent } from "./event.ts";
import { pathText } from "./payload.ts";
import { issuesBesideSecrets } from "./sealed-issues.ts";
import type { AnyTopic } from "./topic.ts";

/**
 * The event with its payload in the topic's newest version. One that is written in it comes back as it is, unparsed.
 * @throws Error when the event is of a newer version than this build knows, an upcast throws, or what it made does not fit the schema
 */
export function upcastEvent(topic: AnyTopic, event: BusEvent): BusEvent {
  const written = event.dataversion ?? 1;
  if (written === topic.version) return event;
  if (written > topic.version)
    throw new Error(`the event is of version ${written} of ${topic.name}, and this build knows versions up to ${topic.version}`);
  let data = event.data;
  for (const [index, upcast] of topic.upcasts.slice(written - 1).entries()) {
    try {
      data = upcast(data as never);
    } catch (error) {
      throw new Error(`the upcast of ${topic.name} from version ${written + index} threw: ${messageOf(error)}`, { cause: error });
    }
  }
  const parsed = z.safeParse(topic.schema as z.ZodType, data);
  if (parsed.success) return { ...event, data: parsed.data, dataversion: topic.version };
  const issues = issuesBesideSecrets(parsed.error.issues, data);
  if (issues.length === 0) return { ...event, data, dataversion: topic.version };
  const problems = issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`);
  throw new Error(
    `what the upcast of ${topic.name} made of version ${written} does not fit version ${topic.version}: ${problems.join("; ")}`,
  );
}
