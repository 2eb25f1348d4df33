// Style sheets are imported for the build alone, which puts them beside the script. Deliberately absent: modules of classes.
declare module '*.css';
