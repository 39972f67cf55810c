/** Matches one of the hostile patterns, given by its number, for the first time in this process, and prints how long that took. */
import { matches, parse } from "../src/filter/index.ts";
import { hostileFilters } from "./hostile-filters.ts";
import { ownTime } from "./own-time.ts";

const { name, pattern, json } = hostileFilters()[Number(process.argv[2])]!;
const parsed = parse(pattern);
const payload: unknown = JSON.parse(json);
ownTime();
const begun = ownTime();
matches(parsed, payload);
console.log(JSON.stringify({ name, time: ownTime() - begun }));
