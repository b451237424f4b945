export const flows = true;
