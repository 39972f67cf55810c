import type { TemplateInFile } from "../bus/load/template-files.ts";
import { inAllLocales } from "../define/locale.ts";
import { nearestName } from "../define/names.ts";
import { isMessageRoute } from "../define/route.ts";
import type { Subscriber } from "../define/subscriber.ts";
import type { Template } from "../define/template.ts";

/** A template with the routes that use it. */
export interface KnownTemplate extends TemplateInFile {
  /** `subscriber`, or `subscriber/route` where the route has a name of its own. */
  readonly usedBy: readonly string[];
}

/** All templates of an application, each language as one of its own, in the order of their names. */
export function knownTemplates(templates: readonly TemplateInFile[], subscribers: readonly Subscriber[]): KnownTemplate[] {
  const sorted = templates.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return sorted.flatMap((each) => {
    const usedBy = usersOf(each.template, subscribers);
    return inAllLocales(each.template).map((template) => ({ ...each, template, usedBy }));
  });
}

function key({ template: { name, channel } }: TemplateInFile): string {
  return `${name} ${channel}`;
}

function usersOf(template: Template, subscribers: readonly Subscriber[]): string[] {
  return subscribers.flatMap(({ name, routes }) =>
    routes
      .filter((route) => isMessageRoute(route) && route.template === template)
      .map((route) => (route.name === route.channel ? name : `${name}/${route.name}`)),
  );
}

/** What somebody means by a name: templates that are called so, and those of the subscriber, or of its one route, that is. */
export function templatesNamed(
  wanted: string,
  templates: readonly KnownTemplate[],
  subscribers: readonly Subscriber[],
): readonly KnownTemplate[] | { readonly nearest: string | undefined } {
  const [name = "", part] = wanted.split("/", 2);
  const routes = subscribers
    .filter((subscriber) => subscriber.name === name)
    .flatMap((subscriber) => subscriber.routes)
    .filter((route) => part === undefined || route.name === part);
  const found = templates.filter(
    ({ template }) =>
      ((template.name === name || template.name.startsWith(`${name} (`)) && (part === undefined || template.channel === part)) ||
      routes.some((route) => isMessageRoute(route) && inAllLocales(route.template).includes(template)),
  );
  return found.length > 0 ? found : { nearest: nearestName(wanted, namesOf(templates, subscribers)) };
}

/** Everything that can be asked for. */
function namesOf(templates: readonly KnownTemplate[], subscribers: readonly Subscriber[]): string[] {
  const ofTemplates = templates.flatMap(({ template: { name, channel } }) => [name, `${name}/${channel}`]);
  const ofSubscribers = subscribers.flatMap(({ name, routes }) => {
    const messages = routes.filter(isMessageRoute);
    return messages.length === 0 ? [] : [name, ...messages.map((route) => `${name}/${route.name}`)];
  });
  return [...new Set([...ofTemplates, ...ofSubscribers])];
}
