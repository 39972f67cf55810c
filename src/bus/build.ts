import { busbarVersion } from "../base/version.ts";

export interface BuildOptions {
  /**
   * Which build of the application this is, such as a version or a commit: it stands with each dead letter that was tried last by it. Letters, digits and
   * `. _ + -`, at most 64. Default: none, busbar's own version alone stands there.
   */
  readonly version?: string;
}

export function buildProblems({ version }: BuildOptions): string[] {
  if (version === undefined || (typeof version === "string" && /^[\w.+-]{1,64}$/.test(version))) return [];
  return [`version: ${JSON.stringify(version)} may hold 1 to 64 letters, digits, and . _ + - only`];
}

/** What dead letters say of who tried them: `shop@1.4.2,busbar@0.1.0`. */
export function buildOf({ application, version }: BuildOptions & { readonly application: string }): string {
  const own = `busbar@${busbarVersion()}`;
  return version === undefined ? own : `${application}@${version},${own}`;
}
