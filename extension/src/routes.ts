/** The pages koubei reads, each with its routes as `host/path`: the first is where a link to it leads, all are prefixes. */
export const ROUTES = {
  orders: ["fxg.jinritemai.com/ffa/morder/order/list", "fxg.jinritemai.com/ffa/morder/order/detail"],
  after_sales: ["fxg.jinritemai.com/ffa/merchant-aftersale-workbench/aftersale/list"],
  reviews: ["fxg.jinritemai.com/ffa/maftersale/comment"],
  service: ["im.jinritemai.com/pc_seller_v2/main/data", "pigeon.jinritemai.com/"],
  violations: [],
  score: ["fxg.jinritemai.com/ffa/eco/experience-score"],
  home: ["fxg.jinritemai.com/ffa/mshop/homepage/index"],
  creator: ["buyin.jinritemai.com/dashboard/servicehall/daren-profile"],
  selection: ["buyin.jinritemai.com/dashboard/merch-picking-library"],
} as const satisfies Record<string, readonly string[]>;

export type Page = keyof typeof ROUTES;
export const PAGES = Object.keys(ROUTES) as Page[];

/** What stands in the rows of a page, where it has rows. */
export const ROW_KIND: Partial<Record<Page, string>> = { orders: "order", after_sales: "after_sale", reviews: "review", selection: "product" };
