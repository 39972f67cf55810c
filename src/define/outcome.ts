/**
 * What an attempt to deliver came to. Every answer of every provider, and every end of own code, becomes exactly one of these.
 *
 * | kind     | meaning                                                        | what happens next                                        |
 * |----------|----------------------------------------------------------------|----------------------------------------------------------|
 * | sent     | accepted by the provider                                        | recorded, finished                                       |
 * | retry    | known not accepted, may work later                              | the next provider, or again later; `after` burns no attempt |
 * | reject   | this message can never work                                     | dead letter at once, no other provider                   |
 * | suppress | the address is dead or opted out                                | ends as suppressed, no other provider                    |
 * | pause    | our account or sender is the problem                            | the next provider; waits if there is none                |
 * | unknown  | it may have been accepted: the reply was lost                   | sent again (counted as a possible duplicate)             |
 */
export type Outcome =
  | { readonly kind: "sent"; /** the provider's own id of the message */ readonly messageId?: string }
  | {
      readonly kind: "retry";
      readonly reason: string;
      /** milliseconds that the provider asked us to wait */
      readonly after?: number;
      /** the wait is for this recipient alone, and slows nobody else; without it, it is for all that the provider carries */
      readonly scope?: "recipient";
    }
  | { readonly kind: "reject"; readonly reason: string }
  | {
      readonly kind: "suppress";
      readonly reason: string;
      /** only messages of this category may not go there any more, such as `marketing`; without it, none of the channel */
      readonly category?: string;
      /** milliseconds after which it may be tried again; without it, never by itself */
      readonly keep?: number;
    }
  | { readonly kind: "pause"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

export type OutcomeKind = Outcome["kind"];
