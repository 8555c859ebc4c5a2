/** Whether somebody asked to let requests to Roblox through again; the band asks before it does. */
import { Cell } from "../cell";

export const resumeAsked = new Cell(false);
