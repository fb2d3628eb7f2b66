/**
 * What the service worker draws and a content script only puts up: tag, attributes, children. It carries the words and the
 * arithmetic of the panel, so that the scripts in the merchant's pages stay small.
 */
export type Tree = string | [tag: string, attributes: Record<string, string | true>, ...children: Tree[]];

type Piece = Tree | null | false | undefined;
type Attributes = Record<string, string | boolean | null | undefined>;

export const pieces = (given: readonly Piece[]): Tree[] => given.filter((piece): piece is Tree => Boolean(piece));

/** As dom.ts builds nodes: whatever is empty is left out. */
export function node(tag: string, attributes: Attributes = {}, ...children: Piece[]): Tree {
  const kept = Object.entries(attributes).filter((pair): pair is [string, string | true] => typeof pair[1] === "string" || pair[1] === true);
  return [tag, Object.fromEntries(kept), ...pieces(children)];
}
