import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { WrittenProject } from "./write-project.ts";

/** Something to do by hand. */
export interface NextStep {
  /** A command, or the name of a file. */
  readonly what: string;
  readonly why: string;
}

/** What a file that was there must say, so that those that were written work. */
const expectations = [
  {
    file: /^busbar\.config\./,
    says: /\bservices\b/,
    why: "hand it the services of services.ts, and register their type: subscribers/monthly-report.ts uses them",
  },
  { file: /^topics\/index\.ts$/, says: /user-registered/, why: 'add export { userRegistered } from "./user-registered.ts";' },
  { file: /^topics\/index\.ts$/, says: /report-requested/, why: 'add export { reportRequested } from "./report-requested.ts";' },
  {
    file: /^tsconfig\.json$/,
    says: /allowImportingTsExtensions/,
    why: 'set "module": "nodenext", "allowImportingTsExtensions": true and "noEmit": true',
  },
  {
    file: /^vitest\.config\.ts$/,
    says: /busbar\/testing/,
    why: 'add globalSetup: ["busbar/testing/global-setup"], which starts one Redis for the tests',
  },
];

/** What is still to be done in a project that was just written: nothing that was done already. */
export function nextSteps(folder: string, { kept }: WrittenProject, packages: readonly string[]): readonly NextStep[] {
  const edits = kept.flatMap((file) => {
    const wanted = expectations.filter((one) => one.file.test(file));
    const text = wanted.length === 0 ? "" : readFileSync(join(folder, file), "utf8");
    return wanted.filter(({ says }) => !says.test(text)).map(({ why }) => ({ what: file, why }));
  });
  const install = packages.every((name) => isInstalled(folder, name)) ? [] : [{ what: "npm install", why: "gets the packages" }];
  return [
    ...edits,
    ...install,
    { what: "npx busbar dev", why: "runs everything, and says where the page is" },
    { what: "npx busbar publish user.registered --example", why: "in another terminal: a message appears on the page" },
    { what: "npm test", why: "runs the tests" },
  ];
}

/** As Node looks for it: here, and in every folder above. */
function isInstalled(folder: string, name: string): boolean {
  return (
    existsSync(join(folder, "node_modules", name, "package.json")) || (dirname(folder) !== folder && isInstalled(dirname(folder), name))
  );
}
