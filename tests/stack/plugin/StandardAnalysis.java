package captionflow.stack;

import static java.util.Map.entry;

import java.io.Reader;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.ar.ArabicNormalizationFilter;
import org.apache.lucene.analysis.bg.BulgarianAnalyzer;
import org.apache.lucene.analysis.bn.BengaliAnalyzer;
import org.apache.lucene.analysis.br.BrazilianAnalyzer;
import org.apache.lucene.analysis.ca.CatalanAnalyzer;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.cjk.CJKAnalyzer;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.ckb.SoraniAnalyzer;
import org.apache.lucene.analysis.core.DecimalDigitFilter;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.LetterTokenizer;
import org.apache.lucene.analysis.core.SimpleAnalyzer;
import org.apache.lucene.analysis.core.StopAnalyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.cz.CzechAnalyzer;
import org.apache.lucene.analysis.da.DanishAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.de.GermanNormalizationFilter;
import org.apache.lucene.analysis.el.GreekAnalyzer;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.es.SpanishLightStemFilter;
import org.apache.lucene.analysis.et.EstonianAnalyzer;
import org.apache.lucene.analysis.eu.BasqueAnalyzer;
import org.apache.lucene.analysis.fa.PersianAnalyzer;
import org.apache.lucene.analysis.fa.PersianNormalizationFilter;
import org.apache.lucene.analysis.fi.FinnishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.fr.FrenchLightStemFilter;
import org.apache.lucene.analysis.ga.IrishAnalyzer;
import org.apache.lucene.analysis.gl.GalicianAnalyzer;
import org.apache.lucene.analysis.hi.HindiAnalyzer;
import org.apache.lucene.analysis.hu.HungarianAnalyzer;
import org.apache.lucene.analysis.hy.ArmenianAnalyzer;
import org.apache.lucene.analysis.id.IndonesianAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.lt.LithuanianAnalyzer;
import org.apache.lucene.analysis.lv.LatvianAnalyzer;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.nl.DutchAnalyzer;
import org.apache.lucene.analysis.no.NorwegianAnalyzer;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.pt.PortugueseLightStemFilter;
import org.apache.lucene.analysis.ro.RomanianAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.ru.RussianLightStemFilter;
import org.apache.lucene.analysis.sr.SerbianAnalyzer;
import org.apache.lucene.analysis.sv.SwedishAnalyzer;
import org.apache.lucene.analysis.th.ThaiAnalyzer;
import org.apache.lucene.analysis.tr.TurkishAnalyzer;
import org.apache.lucene.analysis.util.ElisionFilter;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.analysis.AbstractCharFilterFactory;
import org.elasticsearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/**
 * Test support, never deployed: gives the published test server of Elasticsearch, under their standard names, what
 * every normal node has: analyzers, tokenizers, filters and {@code GET /}. So what is written for a normal node works
 * on it unchanged. All of it is Lucene's own; a filter takes the one parameter that matters, or none.
 */
public final class StandardAnalysis extends Plugin implements AnalysisPlugin, ActionPlugin {

    @Override
    public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
        Map<String, Supplier<Analyzer>> analyzers = Map.ofEntries(
                entry("arabic", ArabicAnalyzer::new),
                entry("armenian", ArmenianAnalyzer::new),
                entry("basque", BasqueAnalyzer::new),
                entry("bengali", BengaliAnalyzer::new),
                entry("brazilian", BrazilianAnalyzer::new),
                entry("bulgarian", BulgarianAnalyzer::new),
                entry("catalan", CatalanAnalyzer::new),
                entry("cjk", CJKAnalyzer::new),
                entry("czech", CzechAnalyzer::new),
                entry("danish", DanishAnalyzer::new),
                entry("dutch", DutchAnalyzer::new),
                entry("english", EnglishAnalyzer::new),
                entry("estonian", EstonianAnalyzer::new),
                entry("finnish", FinnishAnalyzer::new),
                entry("french", FrenchAnalyzer::new),
                entry("galician", GalicianAnalyzer::new),
                entry("german", GermanAnalyzer::new),
                entry("greek", GreekAnalyzer::new),
                entry("hindi", HindiAnalyzer::new),
                entry("hungarian", HungarianAnalyzer::new),
                entry("indonesian", IndonesianAnalyzer::new),
                entry("irish", IrishAnalyzer::new),
                entry("italian", ItalianAnalyzer::new),
                entry("keyword", KeywordAnalyzer::new),
                entry("latvian", LatvianAnalyzer::new),
                entry("lithuanian", LithuanianAnalyzer::new),
                entry("norwegian", NorwegianAnalyzer::new),
                entry("persian", PersianAnalyzer::new),
                entry("portuguese", PortugueseAnalyzer::new),
                entry("romanian", RomanianAnalyzer::new),
                entry("russian", RussianAnalyzer::new),
                entry("serbian", SerbianAnalyzer::new),
                entry("simple", SimpleAnalyzer::new),
                entry("sorani", SoraniAnalyzer::new),
                entry("spanish", SpanishAnalyzer::new),
                entry("stop", () -> new StopAnalyzer(EnglishAnalyzer.getDefaultStopSet())),
                entry("swedish", SwedishAnalyzer::new),
                entry("thai", ThaiAnalyzer::new),
                entry("turkish", TurkishAnalyzer::new),
                entry("whitespace", WhitespaceAnalyzer::new));
        Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> providers = new LinkedHashMap<>();
        analyzers.forEach((known, make) -> providers.put(known, (index, environment, name, settings) -> {
            Analyzer analyzer = make.get();
            return new AbstractIndexAnalyzerProvider<Analyzer>(name) {
                @Override
                public Analyzer get() {
                    return analyzer;
                }
            };
        }));
        return providers;
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        Map<String, Supplier<Tokenizer>> tokenizers = Map.of(
                "keyword", KeywordTokenizer::new,
                "letter", LetterTokenizer::new,
                "whitespace", WhitespaceTokenizer::new,
                "uax_url_email", UAX29URLEmailTokenizer::new);
        Map<String, AnalysisProvider<TokenizerFactory>> providers = new LinkedHashMap<>();
        tokenizers.forEach((known, make) -> providers.put(
                known, (index, environment, name, settings) -> TokenizerFactory.newFactory(name, make)));
        return providers;
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        Map<String, AnalysisProvider<TokenFilterFactory>> filters = new LinkedHashMap<>();
        normalizing(filters, "arabic_normalization", settings -> ArabicNormalizationFilter::new);
        normalizing(filters, "asciifolding", settings -> {
            boolean preserve = settings.getAsBoolean("preserve_original", false);
            return tokens -> new ASCIIFoldingFilter(tokens, preserve);
        });
        normalizing(filters, "cjk_width", settings -> CJKWidthFilter::new);
        normalizing(filters, "decimal_digit", settings -> DecimalDigitFilter::new);
        normalizing(filters, "german_normalization", settings -> GermanNormalizationFilter::new);
        normalizing(filters, "pattern_replace", settings -> {
            Pattern pattern = Pattern.compile(settings.get("pattern", ""));
            String replacement = settings.get("replacement", "");
            boolean all = settings.getAsBoolean("all", true);
            return tokens -> new PatternReplaceFilter(tokens, pattern, replacement, all);
        });
        normalizing(filters, "persian_normalization", settings -> PersianNormalizationFilter::new);
        normalizing(filters, "trim", settings -> TrimFilter::new);
        filter(filters, "cjk_bigram", settings -> CJKBigramFilter::new);
        filter(filters, "elision", settings -> {
            CharArraySet articles = new CharArraySet(settings.getAsList("articles"), true);
            CharArraySet french = FrenchAnalyzer.DEFAULT_ARTICLES;
            return tokens -> new ElisionFilter(tokens, articles.isEmpty() ? french : articles);
        });
        filter(filters, "kstem", settings -> KStemFilter::new);
        filter(filters, "pattern_capture", settings -> {
            boolean preserve = settings.getAsBoolean("preserve_original", true);
            Pattern[] patterns =
                    settings.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
            return tokens -> new PatternCaptureGroupTokenFilter(tokens, preserve, patterns);
        });
        filter(filters, "porter_stem", settings -> PorterStemFilter::new);
        filter(filters, "remove_duplicates", settings -> RemoveDuplicatesTokenFilter::new);
        filter(filters, "stemmer", settings -> stemmer(settings.get("language", settings.get("name", "english"))));
        filter(filters, "unique", settings -> RemoveDuplicatesTokenFilter::new);
        return filters;
    }

    @Override
    public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
        return Map.of(
                "mapping", AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) -> {
                    NormalizeCharMap.Builder map = new NormalizeCharMap.Builder();
                    for (String rule : settings.getAsList("mappings")) {
                        String[] sides = rule.split("\\s*=>\\s*", 2);
                        map.add(unescaped(sides[0]), unescaped(sides[1]));
                    }
                    NormalizeCharMap built = map.build();
                    return new Chars(name, reader -> new MappingCharFilter(built, reader));
                }),
                "pattern_replace", AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) -> {
                    Pattern pattern = Pattern.compile(settings.get("pattern"));
                    String replacement = settings.get("replacement", "");
                    return new Chars(name, reader -> new PatternReplaceCharFilter(pattern, replacement, reader));
                }));
    }

    @Override
    public Collection<RestHandler> getRestHandlers(
            RestHandlersServices services, Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> features) {
        return List.of(new Root(nodes));
    }

    private static UnaryOperator<TokenStream> stemmer(String language) {
        return switch (language) {
            case "english", "porter" -> PorterStemFilter::new;
            case "possessive_english" -> EnglishPossessiveFilter::new;
            case "light_spanish", "spanish" -> SpanishLightStemFilter::new;
            case "light_french", "french" -> FrenchLightStemFilter::new;
            case "light_portuguese", "portuguese" -> PortugueseLightStemFilter::new;
            case "light_russian", "russian" -> RussianLightStemFilter::new;
            default -> throw new IllegalArgumentException("this test server has no stemmer for [" + language + "]");
        };
    }

    private static String unescaped(String side) {
        return side.strip().translateEscapes();
    }

    private static void filter(
            Map<String, AnalysisProvider<TokenFilterFactory>> filters,
            String known,
            Function<Settings, UnaryOperator<TokenStream>> make) {
        filters.put(known, (index, environment, name, settings) -> new Tokens(name, make.apply(settings)));
    }

    private static void normalizing(
            Map<String, AnalysisProvider<TokenFilterFactory>> filters,
            String known,
            Function<Settings, UnaryOperator<TokenStream>> make) {
        filters.put(known, (index, environment, name, settings) -> new Normalizing(name, make.apply(settings)));
    }

    private static class Tokens extends AbstractTokenFilterFactory {
        private final UnaryOperator<TokenStream> filter;

        Tokens(String name, UnaryOperator<TokenStream> filter) {
            super(name);
            this.filter = filter;
        }

        @Override
        public TokenStream create(TokenStream tokens) {
            return filter.apply(tokens);
        }
    }

    private static final class Normalizing extends Tokens implements NormalizingTokenFilterFactory {
        Normalizing(String name, UnaryOperator<TokenStream> filter) {
            super(name, filter);
        }

        @Override
        public TokenStream normalize(TokenStream tokens) {
            return create(tokens);
        }
    }

    private static final class Chars extends AbstractCharFilterFactory implements NormalizingCharFilterFactory {
        private final UnaryOperator<Reader> filter;

        Chars(String name, UnaryOperator<Reader> filter) {
            super(name);
            this.filter = filter;
        }

        @Override
        public Reader create(Reader reader) {
            return filter.apply(reader);
        }
    }

    private static final class Root extends BaseRestHandler {
        private final Supplier<DiscoveryNodes> nodes;

        Root(Supplier<DiscoveryNodes> nodes) {
            this.nodes = nodes;
        }

        @Override
        public String getName() {
            return "stack_root";
        }

        @Override
        public List<Route> routes() {
            return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
        }

        @Override
        protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
            return channel -> channel.sendResponse(new RestResponse(
                    RestStatus.OK,
                    channel.newBuilder()
                            .startObject()
                            .field("name", nodes.get().getLocalNode().getName())
                            .startObject("version")
                            .field("number", Build.current().version())
                            .field("build_flavor", Build.current().flavor())
                            .endObject()
                            .field("tagline", "You Know, for Search")
                            .endObject()));
        }
    }
}
