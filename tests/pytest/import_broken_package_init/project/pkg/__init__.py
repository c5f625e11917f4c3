from pkg.gone import thing
