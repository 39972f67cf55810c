import { compileEmails } from "../src/channels/email-content.ts";
import { compileFill } from "../src/channels/fill.ts";
import { compileMjml } from "../src/channels/mjml.ts";
import type { EmailTemplate } from "../src/index.ts";
import { orderConfirmationEmail } from "../subscribers/_templates/order-confirmation-email.ts";
import { welcomeEmail } from "../subscribers/_templates/welcome-email.ts";
import { percentile } from "./percentile.ts";
import type { Result } from "./result.ts";

const rounds = 40;
const fillsPerRound = 500;
const renders = 60;

/**
 * What it gains to compile MJML once and to fill the HTML for each message: the time of filling the HTML, of the whole message (data
 * checked, subject, HTML and text), and of rendering the filled MJML for each message, as it is done without that. All in this thread, warm.
 */
export async function templatesBench(): Promise<Result[]> {
  const results: Result[] = [];
  for (const template of [welcomeEmail, orderConfirmationEmail] as EmailTemplate[]) {
    const render = await timesOfRender(template);
    const html = timesOf(await htmlFill(template));
    const times = (percentile(render, 0.5) * 1_000) / percentile(html, 0.5);
    const { name } = template;
    results.push(
      micros(`${name}: a fill of the HTML (each round's mean)`, html),
      micros(`${name}: the whole message, data checked`, timesOf(await messageFill(template))),
      { what: `${name}: rendering its MJML each time`, unit: "ms", ...spread(render), count: renders, goal: undefined },
      // Lower is better in this table.
      {
        what: `${name}: thousandths of a rendering that a fill of the HTML takes`,
        unit: "",
        p50: 1_000 / times,
        p99: undefined,
        count: 1,
        goal: 1,
      },
    );
  }
  return results;
}

function micros(what: string, times: readonly number[]): Result {
  return { what, unit: "µs", ...spread(times), count: rounds * fillsPerRound, goal: undefined };
}

function spread(times: readonly number[]): Pick<Result, "p50" | "p99"> {
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

function timesOf(fill: () => unknown): number[] {
  const round = (): number => {
    const start = performance.now();
    for (let index = 0; index < fillsPerRound; index += 1) fill();
    return ((performance.now() - start) / fillsPerRound) * 1_000;
  };
  for (let warm = 0; warm < 10; warm += 1) round();
  return Array.from({ length: rounds }, round);
}

async function messageFill(template: EmailTemplate): Promise<() => unknown> {
  const [compiled] = await compileEmails([template]);
  if (compiled === undefined || "problems" in compiled) throw new Error(`${template.name} cannot be compiled`);
  return () => compiled.fill(template.example);
}

async function htmlFill({ mjml, example }: EmailTemplate): Promise<() => unknown> {
  const { default: handlebars } = await import("handlebars");
  const [page] = await compileMjml([mjml]);
  const fill = compileFill(handlebars.parse(page!.html), { escape: (value) => handlebars.Utils.escapeExpression(value as string) });
  return () => fill(example);
}

async function timesOfRender({ mjml, example }: EmailTemplate): Promise<number[]> {
  const [{ default: compile }, { default: handlebars }] = await Promise.all([import("mjml"), import("handlebars")]);
  const fill = handlebars.compile(mjml);
  const render = async (): Promise<number> => {
    const start = performance.now();
    await compile(fill(example), { validationLevel: "soft", ignoreIncludes: true, fonts: {} });
    return performance.now() - start;
  };
  for (let warm = 0; warm < 20; warm += 1) await render();
  const times: number[] = [];
  for (let index = 0; index < renders; index += 1) times.push(await render());
  return times;
}
