const pageSize = 60;
const debounceMs = 180;

/**
 * What the search field and the choice of a channel leave of the messages. The feed holds the newest of all of them; whatever else is
 * wanted is asked of the server. `show` is called when there is an answer.
 */
export function messageSearch(form, { more, show }) {
  let limit = pageSize;
  let found;
  let problem;
  let newest;
  let turn = 0;
  let timer;

  const wanted = () =>
    new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
  const isPlain = () => wanted().size === 0 && limit === pageSize;

  const ask = async () => {
    turn += 1;
    const mine = turn;
    if (isPlain()) [found, problem] = [undefined, undefined];
    else {
      const query = wanted();
      query.set("limit", String(limit));
      const answer = await answerOf(`/messages?${query}`);
      // A later question has been asked meanwhile.
      if (mine !== turn) return;
      [found, problem] = [answer.messages === undefined ? found : answer, answer.problem];
    }
    show();
  };
  const begin = () => {
    limit = pageSize;
    clearTimeout(timer);
    void ask();
  };

  const field = form.elements.search;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(begin, debounceMs);
  });
  form.addEventListener("change", ({ target }) => target !== field && begin());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin();
  });
  more.addEventListener("click", () => {
    limit = Math.min(limit + 2 * pageSize, 500);
    void ask();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (field.value === "") field.blur();
    field.value = "";
    begin();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || form.hidden) return;
    if (event.target.closest("input:not([type=radio]), textarea, select, dialog") !== null) return;
    event.preventDefault();
    field.select();
    field.focus();
  });

  return {
    /** The messages to show, of what the feed says of the inbox. */
    of(inbox) {
      const mark = `${inbox.received} ${inbox.held} ${inbox.messages[0]?.id}`;
      if (mark !== newest && !isPlain()) void ask();
      newest = mark;
      return found?.messages ?? inbox.messages;
    },
    hasMore: (inbox) => (found === undefined ? inbox.held > inbox.messages.length : found.next !== undefined && limit < 500),
    /** Something is looked for, beside how many are shown. */
    isOn: () => wanted().size > 0,
    problem: () => problem,
    clear() {
      form.reset();
      begin();
    },
  };
}

async function answerOf(address) {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(5_000) });
    const body = await response.json();
    return response.ok ? body : { problem: body.detail };
  } catch {
    return { problem: "The server does not answer." };
  }
}
