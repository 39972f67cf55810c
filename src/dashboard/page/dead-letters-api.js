const json = { "content-type": "application/json" };

/**
 * Asks the API, as `ask("GET /v1/dead-letters", { count: 50 })`: of a GET the words are the query, else the body.
 * @returns the answer, or `{ problem, problems }` in words for people
 */
export async function ask(what, words = {}) {
  const [method, path] = what.split(" ");
  const query = method === "GET" && Object.keys(words).length > 0 ? `?${new URLSearchParams(words)}` : "";
  const request = method === "GET" ? { method } : { method, headers: json, body: JSON.stringify(words) };
  try {
    const response = await fetch(`${path}${query}`, { ...request, signal: AbortSignal.timeout(15_000) });
    const body = await response.json();
    if (response.ok) return body;
    if (response.status === 401)
      return { problem: "The API asks for a key here, and this page has none: use busbar dead-letters.", problems: [] };
    return { problem: body.detail, problems: body.problems ?? [] };
  } catch {
    return { problem: "The server does not answer.", problems: [] };
  }
}
