/**
 * Node's module hooks, in a thread of their own: what an application's file imports gets that file's generation, so that the whole
 * application is read anew and nothing of busbar or of a package is.
 */
let options = { own: "", ownApplication: "" };

/** @param {{ own: string, ownApplication: string }} data the URL of busbar's own code, and of the one file in it that is an application's */
export function initialize(data) {
  options = data;
}

export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  const generation = context.parentURL === undefined ? null : generationOf(context.parentURL);
  if (generation === null || !isApplications(resolved.url) || generationOf(resolved.url) !== null) return resolved;
  const url = new URL(resolved.url);
  url.searchParams.set("busbar", generation);
  return { ...resolved, url: url.href };
}

function generationOf(url) {
  return url.startsWith("file:") ? new URL(url).searchParams.get("busbar") : null;
}

function isApplications(url) {
  if (!url.startsWith("file:") || url.includes("/node_modules/")) return false;
  const file = url.split("?")[0];
  return !file.startsWith(options.own) || file === options.ownApplication;
}
