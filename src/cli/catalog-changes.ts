import type { Catalog } from "../define/catalog.ts";

/** What is different between two readings of an application, in a few words for people. Pure. */
export function catalogChanges(before: Catalog, after: Catalog, files: readonly string[]): string {
  const parts = (["topics", "subscribers", "schedules"] as const).flatMap((kind) => {
    const [old, now] = [namesOf(before, kind), namesOf(after, kind)];
    const word = kind.slice(0, -1);
    return [
      ...now.filter((name) => !old.includes(name)).map((name) => `new ${word} ${name}`),
      ...old.filter((name) => !now.includes(name)).map((name) => `${word} ${name} is gone`),
    ];
  });
  for (const { name, routes } of after.subscribers) {
    const old = routesOf(before, name);
    if (old === undefined) continue;
    // By their oldest names: a renamed route is the same one.
    for (const route of routes) if (!old.includes(route.identity)) parts.push(`${name}: new route ${route.name}`);
    for (const route of old) if (!routes.some(({ identity }) => identity === route)) parts.push(`${name}: route ${route} is gone`);
  }
  const shown = files.length > 5 ? `${files.slice(0, 5).join(", ")} and ${files.length - 5} more` : files.join(", ");
  return parts.length === 0 ? shown : `${shown} (${parts.join("; ")})`;
}

function namesOf(catalog: Catalog, kind: "topics" | "subscribers" | "schedules"): string[] {
  return catalog[kind].map(({ name }) => name);
}

function routesOf(catalog: Catalog, subscriber: string): string[] | undefined {
  return catalog.subscriber(subscriber)?.routes.map(({ identity }) => identity);
}
