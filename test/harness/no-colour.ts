// Texts are compared without colours, wherever the tests run: a terminal and CI would both switch them on.
process.env.NO_COLOR = '1'
