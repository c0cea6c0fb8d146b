/** In the place of a package that is never called. What calls it after all fails at once, and says where. */
export {};
