/** What comes from outside cannot forge a line or move the cursor. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
