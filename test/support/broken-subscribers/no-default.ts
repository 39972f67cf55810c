export const subscriber = "forgotten";
