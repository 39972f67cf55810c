import type Handlebars from "handlebars";

export type HandlebarsModule = typeof Handlebars;

/** Handlebars' syntax tree, by the names that are used here. */
export type Program = hbs.AST.Program;
export type Node = hbs.AST.Node;
export type Content = hbs.AST.ContentStatement;
export type Hole = hbs.AST.MustacheStatement;
export type Path = hbs.AST.PathExpression;

/** `{{^if}}` has no program, and a block without `{{else}}` no inverse. */
export type Block = Omit<hbs.AST.BlockStatement, "program" | "inverse"> & { readonly program?: Program; readonly inverse?: Program };

export function isContent(node: Node): node is Content {
  return node.type === "ContentStatement";
}

export function isHole(node: Node): node is Hole {
  return node.type === "MustacheStatement";
}

export function isBlock(node: Node): node is Node & Block {
  return node.type === "BlockStatement";
}

export function isPath(node: Node | undefined): node is Path {
  return node?.type === "PathExpression";
}
