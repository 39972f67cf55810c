/**
 * What a vendor said, without the number that the message went to: reasons stand in logs. Pure.
 * @param number E.164; vendors also write it without its plus
 */
export function withoutNumber(text: string, number: string): string {
  return text.replaceAll(number, "the number").replaceAll(number.slice(1), "the number");
}
