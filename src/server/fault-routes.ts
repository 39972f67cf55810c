import type { FastifyInstance } from "fastify";
import { faultProblems } from "../mailroom/fault.ts";
import type { Faults } from "../mailroom/faults.ts";
import { faultQuery, faultView } from "../mailroom/mailroom-queries.ts";
import { mailProviders } from "../mailroom/record.ts";
import { jsonOf } from "./json-request.ts";
import { HttpProblem } from "./problem.ts";

interface ById {
  readonly Params: { readonly id: string };
}

/**
 * The mailroom's faults, for the page, in the words of the mailroom's own API (mailroom/mailroom-queries.ts):
 *
 * | address | what |
 * |---|---|
 * | `GET /faults` | `providers`, and the `faults` that wait |
 * | `POST /faults` | scripts one: `{ "provider": "twilio", "status": 503, "times": 5 }` |
 * | `DELETE /faults/:id` | lifts one |
 * | `DELETE /faults` | lifts all |
 */
export function faultRoutes(app: FastifyInstance, { faults }: { readonly faults: Faults }): void {
  app.get("/faults", (_request, reply) => reply.send({ providers: mailProviders, faults: shownFaults(faults) }));

  app.post("/faults", (request, reply) => {
    const query = faultQuery(jsonOf(request));
    const problems = "problems" in query ? query.problems : faultProblems(query.asked.provider, query.asked.fault);
    if ("problems" in query || problems.length > 0)
      throw new HttpProblem("INVALID_REQUEST", "This fault cannot be scripted.", { problems });
    return reply.code(201).send(faultView(faults.add(query.asked.provider, query.asked.fault)));
  });

  app.delete<ById>("/faults/:id", (request, reply) => {
    if (!faults.lift(request.params.id)) throw new HttpProblem("NOT_FOUND", "This fault waits no more: it was lifted, or it has struck.");
    return reply.code(204).send();
  });

  app.delete("/faults", (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
}

/** The faults that wait, as JSON can say them. */
export function shownFaults(faults: Pick<Faults, "list">): readonly object[] {
  return faults.list().map(faultView);
}
