import type { PauseResult } from "../bus/paused-before.ts";
import { momentText } from "./figures.ts";
import { oneLine } from "./visible.ts";

/**
 * What a pause came to, for people. Pure.
 * @param told what is said where it was not paused before
 * @param back the command that lets it go on
 */
export function pausedLine(
  name: string,
  { already }: PauseResult,
  { told, back }: { readonly told: string; readonly back: string },
): string {
  if (already === undefined) return `${name} is paused for all processes${told}. Go on: ${back}`;
  const { by, at, reason } = already;
  const who = `${by === undefined ? "" : `, by ${by}`}${at === undefined ? "" : ` ${momentText(at)} (UTC)`}${reason === undefined ? "" : `: ${reason}`}`;
  return `${oneLine(`${name} was paused already${who}`)}. That stays. Go on: ${back}`;
}
