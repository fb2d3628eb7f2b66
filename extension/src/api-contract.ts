import type { components, paths } from "./api-types.js";

/** The shapes of the API that the extension speaks, by the names it uses; generated from the server's own document. */
type Schemas = components["schemas"];

export type Batch = Schemas["Batch"];
export type BatchReceipt = Schemas["Receipt"];
export type Device = Schemas["PairedDevice"];
export type OwnDevice = Schemas["Device"];
export type Pairing = Schemas["Pairing"];
export type DeviceList = Schemas["Devices"];
export type Member = Schemas["Member"];
export type MemberList = Schemas["MemberList"];
export type Role = Member["role"];
export type RoleChange = Schemas["Role"];
export type Invitation = Schemas["Invitation"];
export type Invited = Schemas["Invited"];
export type SubjectBinding = Schemas["SubjectBinding"];
export type Readiness = Schemas["Ready"];
export type CaptureSpecs = Schemas["CaptureSpecs"];
export type Problem = Schemas["Problem"];
export type Overlay = Schemas["Overlay"];
export type OverlayRow = Schemas["OverlayRow"];
export type IndicatorChange = Schemas["IndicatorChange"];
export type Panel = Schemas["Panel"];
export type Effect = Schemas["Effect"];
export type Clock = Schemas["Clock"];
export type Card = Schemas["Card"];
export type Why = Schemas["Why"];
export type GateFigure = Schemas["GateFigure"];
export type DropOutFigure = Schemas["DropOutFigure"];
export type TodoFigure = Schemas["TodoFigure"];
/** What a merchant decides of a subject; the server always tells all of it. */
export type Preferences = Required<Schemas["Preferences"]>;
export type SubjectSettings = Schemas["SubjectSettings"] & { settings: Preferences };
export type PackSummary = Schemas["PackSummary"];
export type RulePacks = Schemas["RulePacks"];
export type ActionPatch = Schemas["ActionPatch"];
export type Score = Schemas["Score"];
export type Forecast = Schemas["StoredForecast"];
export type History = Schemas["History"];
export type HistoryDay = Schemas["HistoryDay"];
export type AtRiskPage = Schemas["AtRiskPage"];
export type OrderRisk = Schemas["OrderRisk"];
export type ActionList = Schemas["ActionList"];
export type ListedAction = Schemas["Listed"];
export type Explanation = Schemas["Explanation"];
export type DropOuts = Schemas["DropOuts"];
export type Levers = Schemas["Levers"];
export type Lever = Schemas["Lever"];
export type Push = Schemas["Push"];
export type WhatIf = Schemas["WhatIf"];
export type SubjectPage = Schemas["SubjectPage"];
export type ListedSubject = Schemas["ListedSubject"];

/** A route that the server has, with its parameters filled in, in order: one that is renamed there no longer compiles here. */
export const route = (path: keyof paths, ...values: string[]): string => values.reduce((filled, value) => filled.replace(/\{\w+\}/, encodeURIComponent(value)), path as string);

/** The one record format that this extension writes. */
export const FORMAT = "koubei.records/1";
