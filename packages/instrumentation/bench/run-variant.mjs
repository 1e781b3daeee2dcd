// One variant in a separate process: `node run-variant.mjs FILE ARGUMENTS-AS-JSON` prints its result as JSON.
const [file, args] = process.argv.slice(2)
const { default: measure } = await import(new URL(`./variants/${file}.mjs`, import.meta.url))
process.stdout.write(JSON.stringify(await measure(...JSON.parse(args))), () => process.exit(0))
