/**
 * How an entry whose plan kills its router is told from those that were in the router's hand with it, by the number of times that each was
 * handed out:
 *
 * | | |
 * |---|---|
 * | 1 | with the page that it is read in |
 * | 2 | with a hundred others that were left behind |
 * | 3 | as a suspect, with fifty others: if the router lives, none of them was it |
 * | 4, 5 | alone, until it is acknowledged |
 * | 6 | not planned any more: it is a poison record on the queue `routing`, and acknowledged |
 *
 * Whoever is innocent is acknowledged when it is alone at the latest. One death that had another cause makes nobody poison, because there
 * are two hand-outs alone.
 */
export const suspects = { from: 3, together: 50, poisonFrom: 6 } as const;
