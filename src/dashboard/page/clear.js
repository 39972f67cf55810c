const confirmMs = 4_000;

/** Empties the inbox, when it is pressed twice: the first time it asks. */
export function clearButton(button, { onClear }) {
  const word = button.textContent;
  let timer;
  const rest = () => {
    clearTimeout(timer);
    timer = undefined;
    button.textContent = word;
  };
  button.addEventListener("click", async () => {
    if (timer === undefined) {
      timer = setTimeout(rest, confirmMs);
      button.textContent = "Remove them all?";
      return;
    }
    rest();
    const { ok } = await fetch("/messages", { method: "DELETE" }).catch(() => ({ ok: false }));
    if (!ok) button.textContent = "It could not be emptied";
    await onClear();
  });
  button.addEventListener("blur", rest);
}
