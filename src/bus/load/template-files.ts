import { compileEmails } from "../../channels/email-content.ts";
import { compileTexts, type TextTemplate } from "../../channels/text-content.ts";
import type { EmailTemplate } from "../../define/email-template.ts";
import { inAllLocales } from "../../define/locale.ts";
import { isMessageRoute } from "../../define/route.ts";
import type { Subscriber } from "../../define/subscriber.ts";
import { isTemplate, type Template } from "../../define/template.ts";
import { isModule, loadFiles, type LoadOptions } from "./load-files.ts";
import type { NamedFolder } from "./load-problems.ts";

/** A template, and the file to look into when something is wrong with it. */
export interface TemplateInFile {
  readonly template: Template;
  /** Undefined for one of an application that is defined without files. */
  readonly file: string | undefined;
}

export interface LoadedTemplates {
  readonly templates: readonly TemplateInFile[];
  readonly problems: readonly string[];
}

/**
 * Imports every file of `_templates/`, of whatever depth, and finds the templates among what they export.
 * @param names all files of the folder of subscribers
 */
export async function loadTemplates(within: NamedFolder, names: readonly string[], options: LoadOptions): Promise<LoadedTemplates> {
  const own = names.filter((name) => name.startsWith("_templates/") && isModule(name.slice(name.lastIndexOf("/") + 1)));
  const { files, problems } = await loadFiles(within, own, options);
  const found = new Map<Template, string>();
  for (const { file, module } of files)
    for (const value of Object.values(module)) if (isTemplate(value) && !found.has(value)) found.set(value, file);
  return { templates: [...found].map(([template, file]) => ({ template, file })), problems };
}

/** The templates that routes use, each once: in their own files where those are known, else in the subscriber's. */
export function usedTemplates(subscribers: readonly Subscriber[], known: readonly TemplateInFile[] = []): TemplateInFile[] {
  const files = new Map(known.map(({ template, file }) => [template, file]));
  const used = new Map<Template, string | undefined>();
  for (const { routes, file } of subscribers)
    for (const route of routes) {
      if (!isMessageRoute(route) || !isTemplate(route.template) || used.has(route.template)) continue;
      used.set(route.template, files.get(route.template) ?? file);
    }
  return [...used].map(([template, file]) => ({ template, file }));
}

/** All templates of an application: those of files, used or not, and those that subscribers define themselves. */
export function templatesOf({
  templates,
  subscribers,
}: Pick<LoadedTemplates, "templates"> & { readonly subscribers: readonly Subscriber[] }): TemplateInFile[] {
  const inFiles = new Set(templates.map(({ template }) => template));
  return [...templates, ...usedTemplates(subscribers).filter(({ template }) => !inFiles.has(template))];
}

/** Everything wrong with templates: MJML, holes that nothing fills, links that are not safe, and two of one name. */
export async function templateProblems(templates: readonly TemplateInFile[]): Promise<string[]> {
  const all = templates.flatMap(({ template, file }) => inAllLocales(template).map((each) => ({ template: each, file })));
  const emails = all.filter(({ template }) => template.channel === "email");
  const texts = all.filter(({ template }) => template.channel !== "email");
  const compiled = await Promise.all([
    compileEmails(emails.map(({ template }) => template as EmailTemplate)),
    Promise.all(texts.map(({ template }) => compileTexts(template as TextTemplate))),
  ]);
  const problems = [...emails, ...texts].flatMap((each, index) => {
    const result = compiled.flat()[index]!;
    return "problems" in result ? result.problems.map((problem) => titled(each, problem)) : [];
  });
  return [...problems, ...namesakes(templates)];
}

/** Compilers begin with the template's name; where its file is known, that comes first. */
function titled({ template: { name, channel }, file }: TemplateInFile, problem: string): string {
  return file === undefined ? problem : `${file}: ${channel} template "${name}"${problem.slice(name.length)}`;
}

function namesakes(templates: readonly TemplateInFile[]): string[] {
  const files = new Map<string, string[]>();
  for (const { template, file } of templates) {
    const title = `${template.channel} template "${template.name}"`;
    if (file !== undefined) files.set(title, [...(files.get(title) ?? []), file]);
  }
  return [...files].flatMap(([title, found]) => {
    if (found.length < 2) return [];
    const places = new Set(found).size === 1 ? `${found[0]}: defines twice` : `${found.join(" and ")}: both define`;
    return [`${places} the ${title}: give each a name of its own`];
  });
}
