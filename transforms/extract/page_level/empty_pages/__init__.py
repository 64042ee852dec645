"""Pages with little text: errors, walls, forms, shells, galleries, tables of figures."""
